#!/usr/bin/perl
# read_safetensors.pl - prints the tensors of a model file, one a line: name,
# shape, sum of the values, sum of each value times its place (from 1). It
# shares nothing with ramp; the pattern relies on ramp writing compact JSON.
#
# usage: perl read_safetensors.pl FILE
use strict;
use warnings;

open my $file, '<:raw', $ARGV[0] or die "cannot open $ARGV[0]: $!\n";
my $bytes = do { local $/; <$file> };
my $n = unpack 'Q<', $bytes;
my ($header, $data) = (substr($bytes, 8, $n), substr($bytes, 8 + $n));

while ($header =~ /"([^"\\]+)":\{"dtype":"F32","shape":\[([\d,]*)\],
                   "data_offsets":\[(\d+),(\d+)\]\}/gx) {
    my ($name, $shape, $begin, $end) = ($1, $2, $3, $4);
    my ($sum, $weighted, $place) = (0, 0, 0);
    for my $value (unpack 'f<*', substr $data, $begin, $end - $begin) {
        $sum += $value;
        $weighted += ++$place * $value;
    }
    printf "%s (%s) %.17g %.17g\n", $name, $shape, $sum, $weighted;
}
