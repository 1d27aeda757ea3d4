#!/usr/bin/perl
# make_fashion_small.pl - writes datasets/fashion-small from Fashion-MNIST: of
# each class the first 1,000 training and the first 200 test pictures, in the
# order of the original files. The same bytes every time. Needs only gzip and
# the perl that every Debian has.
#
# usage: scripts/make_fashion_small.pl [FROM [TO]]
use strict;
use warnings;

my $from = shift // '/usr/share/datasets/fashion-mnist';
my $to = shift // 'datasets/fashion-small';

# The whole content of a .gz file.
sub read_gz {
    my ($path) = @_;
    open my $pipe, '-|:raw', 'gzip', '-dc', '--', $path
        or die "make_fashion_small.pl: cannot run gzip: $!\n";
    local $/;
    my $bytes = <$pipe>;
    close $pipe or die "make_fashion_small.pl: cannot read '$path'\n";
    return $bytes;
}

# -n leaves name and time out of the file.
sub write_gz {
    my ($path, $bytes) = @_;
    open my $pipe, '|-:raw', "gzip -9n >'$path'"
        or die "make_fashion_small.pl: cannot run gzip: $!\n";
    print {$pipe} $bytes;
    close $pipe or die "make_fashion_small.pl: cannot write '$path'\n";
}

# Copies the first $n_each pictures of each of the ten classes.
sub choose {
    my ($part, $n_each) = @_;
    my $images = read_gz("$from/$part-images-idx3-ubyte.gz");
    my $labels = read_gz("$from/$part-labels-idx1-ubyte.gz");
    my ($magic, $n, $height, $width) = unpack 'N4', $images;
    my ($label_magic, $n_labels) = unpack 'N2', $labels;
    my $size = $height * $width;
    die "make_fashion_small.pl: '$from' does not hold IDX files\n"
        if $magic != 0x803 || $label_magic != 0x801 || $n != $n_labels
        || length $images != 16 + $n * $size || length $labels != 8 + $n;

    my @taken = (0) x 10;
    my ($out_images, $out_labels) = ('', '');
    for my $i (0 .. $n - 1) {
        my $label = substr $labels, 8 + $i, 1;
        next if $taken[ord $label]++ >= $n_each;
        $out_images .= substr $images, 16 + $i * $size, $size;
        $out_labels .= $label;
    }
    my $n_out = length $out_labels;
    die "make_fashion_small.pl: '$from' has too few pictures\n"
        if $n_out != 10 * $n_each;
    write_gz("$to/$part-images-idx3-ubyte.gz",
        pack('N4', $magic, $n_out, $height, $width) . $out_images);
    write_gz("$to/$part-labels-idx1-ubyte.gz",
        pack('N2', $label_magic, $n_out) . $out_labels);
}

choose('train', 1000);
choose('t10k', 200);
