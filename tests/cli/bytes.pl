# bytes.pl - what the makers of bad files share: writing files, and checksums
# and containers that perl-base has no module for. Compressed data hold stored
# blocks: nothing is compressed.
use strict;
use warnings;

sub save { # PATH, BYTES; makes the folders above
    my ($path, $bytes) = @_;
    while ($path =~ m{/}g) {
        my $folder = substr $path, 0, pos($path) - 1;
        -d $folder || $folder eq '' || mkdir $folder or die "$folder: $!\n";
    }
    open my $file, '>:raw', $path or die "$path: $!\n";
    print $file $bytes;
    close $file or die "$path: $!\n";
}

sub load {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    return <$file>;
}

my @crc_table = map {
    my $crc = $_;
    $crc = $crc & 1 ? $crc >> 1 ^ 0xedb88320 : $crc >> 1 for 1 .. 8;
    $crc;
} 0 .. 255;

sub crc32 {
    my $crc = 0xffffffff;
    $crc = $crc_table[($crc ^ $_) & 255] ^ $crc >> 8 for unpack 'C*', $_[0];
    return $crc ^ 0xffffffff;
}

sub adler32 {
    my ($a, $b) = (1, 0);
    for (unpack 'C*', $_[0]) {
        $a = ($a + $_) % 65521;
        $b = ($b + $a) % 65521;
    }
    return $b << 16 | $a;
}

sub deflated {
    my ($bytes) = @_;
    my $out = '';
    for (my $at = 0; $at == 0 || $at < length $bytes; $at += 65535) {
        my $block = substr $bytes, $at, 65535;
        my $last = $at + 65535 >= length $bytes;
        my $n = length $block;
        $out .= pack('Cvv', $last, $n, ~$n & 65535) . $block;
    }
    return $out;
}

sub zlib { # BYTES, what to add to the checksum
    my ($bytes, $wrong) = @_;
    return "\x78\x01" . deflated($bytes)
        . pack('N', adler32($bytes) ^ ($wrong // 0));
}

sub gz { # BYTES, what to add to the checksum, and to the length
    my ($bytes, $wrong_crc, $wrong_length) = @_;
    return "\x1f\x8b\x08" . "\0" x 7 . deflated($bytes)
        . pack('VV', crc32($bytes) ^ ($wrong_crc // 0),
            length($bytes) + ($wrong_length // 0));
}

1;
