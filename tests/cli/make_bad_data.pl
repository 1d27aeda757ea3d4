#!/usr/bin/perl
# make_bad_data.pl - bad IDX and CIFAR files for the shell tests: a folder for
# each row of the list of bad inputs, whose number begins its name, with a data
# set that is good but for one thing.
#
# usage: make_bad_data.pl FOLDER
use strict;
use warnings;
require './tests/cli/bytes.pl';

my ($root) = @ARGV;

# ---- IDX: 12 pictures of 4x4 to train, 3 classes; 3 to test ----

sub images {
    my ($n, $side) = @_;
    return pack('N4', 0x803, $n, $side, $side)
        . join '', map { chr($_ * 37 % 256) } 1 .. $n * $side * $side;
}

sub labels {
    my (@labels) = @_;
    return pack 'N2C*', 0x801, scalar @labels, @labels;
}

my $images = images(12, 4);
my $labels = labels(map { $_ % 3 } 0 .. 11);

# A data set of these files; undef takes one away.
sub idx {
    my ($name, %changed) = @_;
    my %files = (
        'train-images-idx3-ubyte' => $images,
        'train-labels-idx1-ubyte' => $labels,
        %changed,
    );
    for (keys %files) {
        save("$root/$name/$_", $files{$_}) if defined $files{$_};
    }
}

sub idx_images {
    my ($name, $bytes) = @_;
    idx($name, 'train-images-idx3-ubyte' => $bytes);
}

# The pictures in a file of this name instead.
sub idx_gz {
    my ($name, $bytes) = @_;
    idx($name, 'train-images-idx3-ubyte' => undef,
        'train-images-idx3-ubyte.gz' => $bytes);
}

sub head { # of pictures, with this magic and these sizes
    return pack 'N*', @_;
}

my $pixels = substr $images, 16;
idx('good', 't10k-images-idx3-ubyte' => images(3, 4),
    't10k-labels-idx1-ubyte' => labels(0, 1, 2));
idx_images('26', '');
idx_images('27', "\0\0\x08");
idx_images('28', head(0x803, 12, 4, 4));
idx_images('29', head(0x12345678, 12, 4, 4) . $pixels);
idx_images('30', pack('V4', 0x803, 12, 4, 4) . $pixels);
idx_images('31', head(0xd03, 12, 4, 4) . $pixels x 4);
idx_images('32', head(0x800) . $pixels);
idx_images('33', head(0x8ff, (1) x 255) . $pixels);
idx_images('34', $labels);
idx('35', 'train-labels-idx1-ubyte' => $images);
idx_images('36', head(0x803, 0, 4, 4));
idx_images('37', head(0x803, 0xffffffff, 4, 4) . $pixels);
idx_images('38', head(0x803, 12, 0, 4) . $pixels);
idx_images('39', head(0x803, 12, 65536, 65536) . $pixels);
idx_images('40', head(0x804, (0xffffffff) x 4) . $pixels);
idx_images('40-allowed', head(0x804, 0x7fffffff, 16384, 16384, 3) . $pixels);
idx_images('41', substr $images, 0, -1);
idx_images('42', $images . "\0");
idx('43', 'train-labels-idx1-ubyte' => labels((0, 1, 2) x 3, 0, 1));
# Only a name tells how many classes there are.
idx('44-fashion', 'train-labels-idx1-ubyte' => labels(0 .. 8, 0, 1, 10));
idx('45', 'train-labels-idx1-ubyte' => labels(0 .. 10, 255));
my $gz = gz($images);
idx_gz('46', substr $gz, 0, length($gz) / 2);
idx_gz('47', gz($images, 1));
idx_gz('48', gz($images, 0, 1));
idx_gz('50', $gz . 'garbage');
idx_gz('51', gz(substr $images, 0, 100) . gz(substr $images, 100));
idx_gz('52', $images);
idx_images('53', $gz);
idx_gz('54-xz', "\xfd7zXZ\0\0\4\xe6\xd6\xb4\x46" . "\0" x 99);
idx_gz('54-zip', "PK\3\4\x14" . "\0" x 99);
idx_gz('55', "<!DOCTYPE html>\n<html><title>404 Not Found</title></html>\n");
idx('56', 't10k-images-idx3-ubyte' => images(3, 5),
    't10k-labels-idx1-ubyte' => labels(0, 1, 2));
idx('57', 't10k-images-idx3-ubyte' => images(3, 4));
idx('57-train', 'train-labels-idx1-ubyte' => undef);

# ---- CIFAR: batches of two records ----

my $n_records = 0;

sub record { # LABEL BYTE...
    my $grey = 50 * ++$n_records % 251;
    return pack('C*', @_) . chr($grey) x 3072;
}

sub cifar {
    my ($name, %changed) = @_;
    my %files = (
        'batches.meta.txt' => join("\n", 'a' .. 'j') . "\n\n",
        'test_batch.bin' => record(1) . record(2),
        map({ ("data_batch_$_.bin" => record(2 * $_ - 2) . record(2 * $_ - 1)) }
            1 .. 5),
        %changed,
    );
    for (keys %files) {
        save("$root/$name/$_", $files{$_}) if defined $files{$_};
    }
}

sub cifar100 {
    my ($name, $train) = @_;
    save("$root/$name/train.bin", $train);
    save("$root/$name/test.bin", record(0, 1));
    save("$root/$name/fine_label_names.txt", join("\n", 1 .. 100) . "\n");
}

cifar('good-cifar');
cifar('58', 'data_batch_2.bin' => substr record(1), 0, -1);
cifar('59', 'data_batch_4.bin' => '');
cifar('60', 'data_batch_3.bin' => record(9) . record(10));
cifar('61', 'data_batch_1.bin' => record(1, 7) . record(2, 8));
cifar100('62', record(0, 99) . record(0, 100));
cifar('64', map({ ("data_batch_$_.bin" => undef) } 1 .. 5),
    'data_batch_1' => "\x80\2}q\1(U\13batch_label");
cifar('64-named', 'data_batch_1.bin' => "\x80\2}q\1(U\13batch_label");
cifar('65', 'data_batch_3.bin' => undef);
cifar('66', 'batches.meta.txt' => join("\n", 'a' .. 'i') . "\n");
