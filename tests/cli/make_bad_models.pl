#!/usr/bin/perl
# make_bad_models.pl - bad model files for the shell tests, each made of a good
# one (of the net that tests/cli/common trains: conv1.weight is (4, 1, 3, 3))
# by a change of its header, which ramp writes as compact JSON, or of its data.
# Their names begin with the number of their row in the list of bad inputs.
#
# usage: make_bad_models.pl GOOD-MODEL FOLDER
use strict;
use warnings;
require './tests/cli/bytes.pl';

my ($good, $root) = @ARGV;
my $bytes = load($good);
my $n_header = unpack 'Q<', $bytes;
my $header = substr $bytes, 8, $n_header;
my $data = substr $bytes, 8 + $n_header;
$header =~ s/ +\z//;

sub model {
    my ($name, $bytes) = @_;
    save("$root/$name.safetensors", $bytes);
}

sub container {
    my ($header, $data) = @_;
    return pack('Q<', length $header) . $header . $data;
}

# The good model with its header changed by the function (in $_).
sub header {
    my ($name, $change, $data_changed) = @_;
    local $_ = $header;
    $change->();
    die "$name: the header is as it was\n" if $_ eq $header;
    model($name, container($_, $data_changed // $data));
}

# The value of a metadata key.
sub metadata {
    my ($name, $key, $value) = @_;
    header($name, sub { s/("\Q$key\E":)"(?:[^"\\]|\\.)*"/$1$value/ });
}

# A field of conv1.weight, whatever it is.
sub tensor {
    my ($name, $field, $value) = @_;
    header($name, sub {
        s/("conv1\.weight":\{[^}]*"\Q$field\E":)(\[[^\]]*\]|"[^"]*")/$1$value/
    });
}

# The first weight of conv1 is another float.
my ($begin, $end) = $header =~
    /"conv1\.weight":\{[^}]*"data_offsets":\[(\d+),(\d+)\]/;

sub weights {
    my ($name, $float, $n) = @_;
    my $changed = $data;
    substr($changed, $begin, 4 * $n) = pack('f<', $float) x $n;
    model($name, container($header, $changed));
}

# ---- The container ----
model('166-empty', '');
model('167-7-bytes', substr $bytes, 0, 7);
model('168-n-0', pack('Q<', 0) . $header . $data);
model('169-n-max', "\xff" x 8 . $header . $data);
model('170-n-beyond', pack('Q<', 5_000_000) . $header . $data);
model('171-n-limit', pack('Q<', 100_000_001) . $header . $data);
header('172-no-brace', sub { s/^\{/[/ });
header('172-blanks', sub { s/^/ \n\t/ });
header('173-utf-8', sub { s/"standard"/"standard\xff"/ });
header('174-json', sub { s/,/;/ });
header('174-number', sub { s/"shape":\[4/"shape":[04/ });
header('174-surplus', sub { s/\z/ true/ });
header('175-depth-2000', sub {
    my $deep = '[' x 2000 . ']' x 2000;
    s/\{"__metadata__":\{/{"__metadata__":{"deep":$deep,/ });
header('175-depth-3000', sub {
    my $deep = '[' x 3000 . ']' x 3000;
    s/\{"__metadata__":\{/{"__metadata__":{"deep":$deep,/ });
header('176-duplicate', sub { s/"conv1\.bias"/"conv1.weight"/ });
header('177-duplicate-inner', sub { s/"dtype":"F32"/"dtype":"F32",$&/ });
metadata('178-not-a-string', 'version', '1');
metadata('178-object', 'version', '{}');

# ---- Tensors ----
tensor('179-dtype', 'dtype', '"F99"');
tensor('180-f16', 'dtype', '"F16"');
tensor('181-shape', 'shape', '[-1,1,3,3]');
tensor('182-shape', 'shape', '[1.5,1,3,3]');
tensor('183-shape', 'shape', '[9007199254740993,1,3,3]');
tensor('184-shape', 'shape', '[4294967296,4294967296,4294967296,3]');
tensor('185-offsets', 'data_offsets', "[$end,$begin]");
header('186-overlap', sub {
    s/("conv1\.bias":\{[^}]*"data_offsets":)\[[^\]]*\]/
        sprintf '%s[%d,%d]', $1, $end - 4, $end + 12/e
});
header('187-hole', sub {
    s/"data_offsets":\[(\d+),(\d+)\]/
        sprintf '"data_offsets":[%d,%d]', map { $_ + ($1 >= $end ? 4 : 0) }
            $1, $2/ge
}, substr($data, 0, $end) . "\0" x 4 . substr $data, $end);
tensor('188-past-end', 'data_offsets',
    sprintf '[%d,%d]', length $data, length($data) + $end - $begin);
model('189-left-over', $bytes . "\0\0");
model('190-cut', substr $bytes, 0, -2);
tensor('191-shape', 'shape', '[4,1,3,4]');
tensor('191-same-size', 'shape', '[4,1,9,1]');
header('192-missing', sub { s/"conv1\.bias"/"optimizer.bias"/ });
header('193-surplus', sub {
    s/"conv1\.bias"/"extra":{"dtype":"F32","shape":[0],
        "data_offsets":[0,0]},$&/
});
header('193-optimizer', sub {
    s/"conv1\.bias"/"optimizer.extra":{"dtype":"F32","shape":[0],
        "data_offsets":[0,0]},$&/
});
header('194-zero', sub { s/"conv1\.bias"/"conv1.bias\\u0000"/ });

# ---- What it says ----
metadata('195-newer', 'version', '"2"');
metadata('195-word', 'version', '"one"');
header('196-no-version', sub { s/"version":/"Version":/ });
metadata('197-classes', 'classes', '"[\"a\",\"b\",\"c\",\"d\"]"');
metadata('198-few', 'classes', '"[\"a\"]"');
metadata('198-duplicate', 'classes', '"[\"a\",\"b\",\"a\"]"');
metadata('198-number', 'classes', '"[\"a\",\"b\",3]"');
weights('199-nan', 'nan', 1);
weights('200-inf', '-inf', 1);
weights('201-large', 3e38, 36);
metadata('202-std-0', 'std', '"0"');
metadata('202-std-nan', 'std', '"nan"');
metadata('202-mean', 'mean', '"1,2"');
metadata('220-net', 'net', '"conv 4 3x3\nmaxpool 7x7\ndense classes\n"');
metadata('227-net', 'net', '"dense 1000\ndense classes\n"');

# ---- The mean image: (8, 8, 1) behind the other tensors ----
sub mean_image {
    my ($name, $shape, @values) = @_;
    my $from = length $data;
    my $n = 4 * @values;
    header($name, sub {
        s/"scale":"standard"/"scale":"mean-image"/;
        s/\}\s*\z/sprintf ',"preprocess.mean":{"dtype":"F32","shape":[%s],'
            . '"data_offsets":[%d,%d]}}', $shape, $from, $from + $n/e
    }, $data . pack 'f<*', @values);
}
mean_image('202-image-good', '8,8,1', (100) x 64);
mean_image('202-image-nan', '8,8,1', (100) x 63, 'nan');
mean_image('202-image-inf', '8,8,1', '-inf', (100) x 63);
mean_image('202-image-shape', '1,8,8', (100) x 64);
mean_image('202-image-small', '8,8', (100) x 64);
metadata('202-image-none', 'scale', '"mean-image"');
metadata('202-scale', 'scale', '"mean"');
header('202-image-surplus', sub {
    s/"conv1\.bias"/"preprocess.mean":{"dtype":"F32","shape":[0],
        "data_offsets":[0,0]},$&/
});

# ---- What a terminal would obey ----
metadata('23-settings', 'settings', '"--seed 1\u001b[31m\n\u202e--seed 2"');
metadata('23-classes', 'classes',
    '"[\"a\\\\u001b[31m\",\"b\\\\n\",\"c\u009b\"]"');
metadata('23-name', 'net-name', '"tiny\r\u0007"');
metadata('23-class-list', 'classes', '"[\"a\u202e\""');

# ---- Files of others ----
model('204-pt', "PK\3\4\0\0\x08\x08" . "\0" x 50 . 'archive/data.pkl');
model('204-pickle', "\x80\2\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." . "\0" x 50);
model('204-onnx', "\x08\7\x12\7pytorch:\x80\1" . "\0" x 50);
model('204-gguf', 'GGUF' . pack('V', 3) . "\0" x 50);
model('204-hdf5', "\x89HDF\r\n\x1a\n" . "\0" x 50);
model('204-text', "a text\n" x 10);
model('205-of-others', container('{"__metadata__":{"format":"pt"},'
    . '"fc.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    pack 'f<', 1));
model('205-bare', container('{"fc.weight":{"dtype":"F32","shape":[1],'
    . '"data_offsets":[0,4]}}', pack 'f<', 1));
