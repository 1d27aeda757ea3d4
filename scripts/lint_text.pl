#!/usr/bin/perl
# lint_text.pl - the part of scripts/lint.sh that reads text: long lines,
# forgotten words, which room includes which, functions that are banned.
# One line for each finding, "file:line: what". Finds no fault in comments
# and strings, except forgotten words.
use strict;
use warnings;

# Which rooms a room may include, besides itself. Public headers are open to
# all; from trials on they do with them what a stranger's program could do.
my %may_include = (
    base => '',
    kernels => 'base',
    layers => 'base kernels',
    net => 'base kernels layers',
    data => 'base',
    model => 'base kernels layers net data',
    train => 'base kernels layers net data model',
    report => 'base kernels layers net data model train',
    trials => 'report',
    claims => 'report trials',
    cli => 'report trials',
);

# Functions with a better one in base: [names, files that may use them, why].
my @banned = (
    [
        'gets|strcpy|strcat|sprintf|vsprintf|strtok',
        qr{^src/base/text\.c$},
        'no bound; use snprintf or memcpy',
    ],
    [
        'atof|atoi|atol|atoll|strtod|strtof|strtold|strtol|strtoul|strtoll|'
            . 'strtoull|strtoimax|strtoumax|scanf|sscanf|fscanf',
        qr{^src/base/text\.c$},
        'numbers are read by base/text.h',
    ],
    [
        'rand|srand|rand_r|random|srandom|drand48',
        qr{^$},
        'random numbers are made by base/rng.h',
    ],
    [
        'malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup|'
            . 'strndup|reallocarray|alloca',
        qr{^src/(base/mem\.c$|trials/|claims/|cli/)},
        'memory comes from base/mem.h',
    ],
    [
        'printf|vprintf|fprintf|vfprintf|puts|fputs|putchar|fputc|putc|'
            . 'perror|exit|_exit|_Exit|abort',
        qr{^src/(base/error\.c$|report/|trials/|claims/|cli/)},
        'the library neither prints nor exits',
    ],
);

# System headers that one place has to itself.
my %only_in = (
    'pthread.h' => qr{^src/data/loader\.c$},
    'stb/stb_image.h' => qr{^src/data/image\.c$},
);

my $MAX_COLUMNS = 80;
my $MAX_FUNCTION_LINES = 60;
my $forgotten = join '|', 'TO' . 'DO', 'FIX' . 'ME', 'X' . 'XX', 'HA' . 'CK';

sub finding {
    my ($path, $line, $what) = @_;
    print "$path:$line: $what\n";
}

# Comments, strings and characters become blanks; lines stay where they are.
sub code_only {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}
              {my $found = $1; $found =~ s/[^\n]/ /g; $found}gse;
    return $text;
}

sub check_lines {
    my ($path, $text) = @_;
    my $n = 0;
    for my $line (split /\n/, $text, -1) {
        $n++;
        utf8::decode(my $characters = $line);
        finding($path, $n, 'blank at the end of the line') if $line =~ /\s$/;
        finding($path, $n, 'tab') if $line =~ /\t/ && $path !~ /Makefile$/;
        finding($path, $n, "'$1' was left behind")
            if $line =~ /\b($forgotten)\b/;
        finding($path, $n, "longer than $MAX_COLUMNS columns")
            if length $characters > $MAX_COLUMNS
            && $path =~ /\.(c|h|sh|pl|net|recipe)$/;
    }
    finding($path, $n, 'no newline at the end of the file')
        if $text ne '' && $text !~ /\n\z/;
}

sub check_include {
    my ($path, $line, $kind, $header) = @_;
    my ($room) = $path =~ m{^src/(\w+)/};
    if ($kind eq '<') {
        my $place = $only_in{$header};
        finding($path, $line, "<$header> is not for this file")
            if $place && $path =~ m{^src/} && $path !~ $place;
        return;
    }
    if ($path =~ m{^include/}) {
        finding($path, $line, "a public header includes \"$header\"");
        return;
    }
    return if !defined $room;
    my ($other) = $header =~ m{^(\w+)/};
    if (!defined $other || !exists $may_include{$other}) {
        finding($path, $line, "\"$header\": expected \"room/file.h\"");
    } elsif ($other ne $room
        && " $may_include{$room} " !~ / $other /
        && !($room eq 'cli' && $header eq 'claims/claims.h')) {
        finding($path, $line, "room '$room' must not include \"$header\"");
    }
}

sub check_calls {
    my ($path, $line, $code) = @_;
    for my $ban (@banned) {
        my ($names, $allowed, $why) = @$ban;
        next if $path =~ $allowed;
        finding($path, $line, "$1 is banned here: $why")
            if $code =~ /(?<![\w.>])($names)\s*\(/;
    }
}

# As clang-format leaves it, a function's braces stand in the first column.
sub check_lengths {
    my ($path, @lines) = @_;
    my $start;
    for my $i (0 .. $#lines) {
        $start = $i if $lines[$i] =~ /^\{/;
        next if !defined $start || $lines[$i] !~ /^\}/;
        finding($path, $start + 1,
            'function of ' . ($i - $start - 1) . ' lines')
            if $i - $start - 1 >= $MAX_FUNCTION_LINES;
        undef $start;
    }
}

sub check_c {
    my ($path, $text) = @_;
    my ($name) = $path =~ m{([^/]+)$};
    finding($path, 1, "expected '/* $name - what it is' in the first line")
        if $text !~ m{^/\* \Q$name\E - };
    my $n = 0;
    for my $line (split /\n/, $text) {
        $n++;
        check_include($path, $n, $1, $2)
            if $line =~ /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
    }
    my @lines = split /\n/, code_only($text);
    if ($path =~ m{^src/}) {
        check_calls($path, $_ + 1, $lines[$_]) for 0 .. $#lines;
    }
    check_lengths($path, @lines) if $path !~ m{^src/kernels/};
}

for my $path (@ARGV) {
    my $text = do {
        local $/;
        open my $file, '<', $path or die "lint_text.pl: '$path': $!\n";
        <$file> // '';
    };
    check_lines($path, $text);
    check_c($path, $text) if $path =~ /\.[ch]$/;
}
