#!/usr/bin/perl
# draw_digits.pl - draws the digits 0 to 9 as somebody might write them: ten PGM
# pictures of 28x28, light on dark and centred on their mass, as those of MNIST.
#
# usage: scripts/draw_digits.pl FOLDER
use strict;
use warnings;

# Strokes of a pen, each a list of points in a box of 20x20, y downwards,
# joined by a smooth line; a point that stands twice is a corner.
my @digits = (
    [[[11, 1], [5, 4], [4, 12], [8, 19], [14, 17], [16, 9], [14, 3], [11, 1]]],
    [[[7, 4], [11, 1], [11, 1], [10.5, 10], [10, 19]]],
    [[[4, 5], [8, 1], [14, 2], [14, 7], [9, 13], [4, 18], [4, 18],
      [10, 17.5], [17, 18]]],
    [[[5, 2], [11, 1], [14, 4], [12, 8], [8, 9.5], [8, 9.5], [13, 10.5],
      [15, 14], [12, 18], [7, 19], [4, 17]]],
    [[[6, 1], [5, 6], [4, 11], [4, 11], [10, 11], [16, 10]],
     [[13, 4], [12.5, 12], [12, 19]]],
    [[[15, 1.5], [10, 1.5], [6, 2], [6, 2], [5.5, 5], [5, 9], [5, 9], [10, 8],
      [14.5, 11], [13.5, 16], [9, 19], [4, 17.5]]],
    [[[13, 1], [8, 5], [5, 11], [5.5, 16], [9, 19], [13.5, 17], [13.5, 12.5],
      [10, 10.5], [6, 13]]],
    [[[4, 2.5], [10, 2.5], [16, 2], [16, 2], [12, 9], [9, 19]]],
    [[[14, 4], [10, 1], [6, 3.5], [8, 8], [13, 12], [14, 16], [10, 19],
      [6, 16.5], [7, 12], [12, 8], [14, 4]]],
    [[[14, 5], [10.5, 1], [6, 3], [6, 8], [10, 10], [14, 6], [14, 4],
      [14, 10], [12, 19]]],
);

my $folder = $ARGV[0] // die "usage: scripts/draw_digits.pl FOLDER\n";

# A uniform Catmull-Rom spline through the points.
sub line {
    my @points = @_;
    my @line;
    for my $i (0 .. $#points - 1) {
        my @p = map { $points[$_ < 0 ? 0 : $_ > $#points ? $#points : $_] }
            $i - 1 .. $i + 2;
        for my $step (0 .. 9) {
            my $t = $step / 10;
            push @line, [map {
                my $axis = $_;
                my ($before, $from, $to, $behind) = map { $$_[$axis] } @p;
                $from + $t / 2 * ($to - $before
                    + $t * (2 * $before - 5 * $from + 4 * $to - $behind
                    + $t * (3 * ($from - $to) + $behind - $before)))
            } 0, 1];
        }
    }
    return (@line, $points[-1]);
}

# How far a point is from the line between two others.
sub distance {
    my ($x, $y, $from, $to) = @_;
    my ($dx, $dy) = ($$to[0] - $$from[0], $$to[1] - $$from[1]);
    my $square = $dx ** 2 + $dy ** 2;
    my $t = $square
        ? (($x - $$from[0]) * $dx + ($y - $$from[1]) * $dy) / $square : 0;
    $t = $t < 0 ? 0 : $t > 1 ? 1 : $t;
    return sqrt(($x - $$from[0] - $t * $dx) ** 2
        + ($y - $$from[1] - $t * $dy) ** 2);
}

# The 784 bytes of some lines that are moved by (left, top), drawn with a pen of
# 2.2 pixels whose edge is soft.
sub draw {
    my ($left, $top, @lines) = @_;
    my @bytes;
    for my $y (0 .. 27) {
        for my $x (0 .. 27) {
            my $nearest = 99;
            for my $line (@lines) {
                for my $i (1 .. $#$line) {
                    my $d = distance($x + 0.5 - $left, $y + 0.5 - $top,
                        $$line[$i - 1], $$line[$i]);
                    $nearest = $d if $d < $nearest;
                }
            }
            my $ink = 1.6 - $nearest;
            push @bytes, int(255 * ($ink < 0 ? 0 : $ink > 1 ? 1 : $ink) + 0.5);
        }
    }
    return @bytes;
}

for my $digit (0 .. 9) {
    my @lines = map { [line(@$_)] } @{$digits[$digit]};
    my @bytes = draw(4, 4, @lines);
    my ($sum, $x, $y) = (0, 0, 0);
    for my $i (0 .. $#bytes) {
        $sum += $bytes[$i];
        $x += $bytes[$i] * ($i % 28 + 0.5);
        $y += $bytes[$i] * (int($i / 28) + 0.5);
    }
    @bytes = draw(4 + 14 - $x / $sum, 4 + 14 - $y / $sum, @lines);
    my $path = "$folder/$digit.pgm";
    open my $file, '>:raw', $path or die "cannot write $path: $!\n";
    print $file "P5\n28 28\n255\n", pack('C*', @bytes);
    close $file or die "cannot write $path: $!\n";
}
