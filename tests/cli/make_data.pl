#!/usr/bin/perl
# make_data.pl - a tiny data set for the shell tests: IDX files of three
# classes of 8x8 grey pictures (bright on the left, on the right, at the top),
# 150 to train and 30 to test, where every tenth has a wrong label, so that no
# net is without error; the first six of the test as PGM files in pictures/; and
# the training pictures in a folder for each class in classes/.
#
# usage: make_data.pl FOLDER
use strict;
use warnings;

my ($folder) = @ARGV;
my $state = 1;

sub noise { # 0..63, the same in every run
    $state = ($state * 1103515245 + 12345) % 2147483648;
    return ($state >> 16) % 64;
}

sub label {
    my ($i) = @_;
    return $i % 10 == 9 ? ($i + 1) % 3 : $i % 3;
}

sub picture {
    my ($class) = @_;
    my $pixels = '';
    for my $y (0 .. 7) {
        for my $x (0 .. 7) {
            my $bright = ($x < 4, $x >= 4, $y < 4)[$class];
            $pixels .= chr(($bright ? 160 : 0) + noise());
        }
    }
    return $pixels;
}

sub save {
    my ($name, $bytes) = @_;
    open my $file, '>:raw', "$folder/$name" or die "$name: $!\n";
    print $file $bytes;
    close $file or die "$name: $!\n";
}

sub part {
    my ($name, $n) = @_;
    my @labels = map { label($_) } 0 .. $n - 1;
    my @pictures = map { picture($_ % 3) } 0 .. $n - 1;
    save("$name-images-idx3-ubyte",
        pack('N4', 2051, $n, 8, 8) . join('', @pictures));
    save("$name-labels-idx1-ubyte", pack('N2C*', 2049, $n, @labels));
    return @pictures;
}

my @train = part('train', 150);
my @test = part('t10k', 30);
my @folders = map { "classes/$_" } qw(left right top);
for my $new ('pictures', 'classes', @folders) {
    mkdir "$folder/$new" or die "$folder/$new: $!\n";
}
my $head = "P5\n8 8\n255\n";
save("pictures/$_.pgm", $head . $test[$_]) for 0 .. 5;
save("$folders[label($_)]/$_.pgm", $head . $train[$_]) for 0 .. 149;
