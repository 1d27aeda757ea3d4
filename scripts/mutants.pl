#!/usr/bin/perl
# mutants.pl - reads tests/mutants/list.txt for mutants.sh.
#
# usage: mutants.pl list                  "NUMBER FILE TEST ..." for each mutant
#        mutants.pl plant NUMBER FOLDER   plant one in a copy of the tree
use strict;
use warnings;

my ($command, $number, $folder) = @ARGV;
my $path = 'tests/mutants/list.txt';
my @mutants;

open my $list, '<', $path or die "mutants.pl: $path: $!\n";
while (<$list>) {
    if (/^([+-]) (.*)$/) {
        die "$path:$.: expected a file first\n" if !@mutants;
        push @{ $mutants[-1]{$1} }, $2;
    } elsif (/^(\S+\.[ch]): (.+)$/) {
        push @mutants, { file => $1, tests => $2, '-' => [], '+' => [] };
    } elsif (/^[^#\n]/) {
        die "$path:$.: neither file, old text, new text nor comment\n";
    }
}

sub text_of {
    my ($name) = @_;
    open my $file, '<', $name or die "mutants.pl: $name: $!\n";
    local $/;
    return scalar <$file>;
}

# The old text must stand exactly once.
sub mutated {
    my ($mutant, $tree) = @_;
    my $text = text_of("$tree/$mutant->{file}");
    my ($old, $new) = map { join "\n", @{ $mutant->{$_} } } '-', '+';
    my $n = () = $text =~ /\Q$old\E/g;
    die "mutants.pl: $mutant->{file}: expected '$old' once, found it $n times\n"
        if $old eq '' || $n != 1;
    $text =~ s/\Q$old\E/$new/;
    return $text;
}

if ($command eq 'list') {
    for my $i (0 .. $#mutants) {
        mutated($mutants[$i], '.');
        print $i + 1, " $mutants[$i]{file} $mutants[$i]{tests}\n";
    }
} else {
    my $mutant = $mutants[ $number - 1 ];
    my $text = mutated($mutant, $folder);
    open my $file, '>', "$folder/$mutant->{file}" or die "$!\n";
    print $file $text;
    close $file or die "$!\n";
}
