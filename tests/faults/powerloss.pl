#!/usr/bin/perl
# powerloss.pl - what the disk may hold if the power fails during a training.
#
# Reads what strace has recorded of one (-f -xx, the calls openat, write, fsync,
# close, rename, mkdir, unlink) and plays it on a disk of its own that keeps
# only what it must: of a file what was synced, of a folder the entries as of
# its last sync. What is newer may be there or not:
#   - each change of a folder by itself (a new file, a rename, a removal), so
#     that a rename may come early, late or never;
#   - of a file's new bytes those of the first writes, those up to any multiple
#     of 512 bytes or 4 kB, all but one such block (which reads as zeros), or
#     any of them, drawn by lot.
# In every such state after every call each named file must be one that was
# written to its end, of no earlier version than when the training last reported
# an epoch, and then it must be there. Prints how many different states there
# were; the versions of the models are left in FOLDER for a program to load.
#
# usage: powerloss.pl RUN FOLDER <TRACE      RUN: the folder of the training
use strict;
use warnings;
use Digest::MD5 'md5';

my ($run, $out) = @ARGV;
my $LOTS = 24; # drawn for each file with new bytes

my %inodes;       # number => {synced => bytes, writes => [bytes]}
my $n_inodes = 0;
my %folders;      # path => {synced => {name => inode}, changes => [[...]]}
my %open;         # descriptor => ['file', inode] or ['folder', path]
my %versions;     # path => [bytes], as they got their name
my %least;        # path => the version that must be there
my $epoch = 0;    # the last one reported
my (%seen, %complaints);
my $n_states = 0;

srand 1;

sub text { # "\x61\x62"... => ab
    my ($quoted) = @_;
    die "powerloss.pl: the trace is cut: $quoted\n" if $quoted !~ /^".*"$/s;
    return pack 'H*', $quoted =~ s/\\x|"//gr;
}

sub split_path {
    my ($path) = @_;
    my ($folder, $name) = $path =~ m{^(.*)/([^/]+)$} or return ('.', $path);
    return ($folder eq '' ? '/' : $folder, $name);
}

sub change { # of the folder of a path: NAME => inode or undef, ...
    my ($path, %entries) = @_;
    my ($folder) = split_path($path);
    $folders{$folder} //= {synced => {}, changes => []};
    push @{$folders{$folder}{changes}}, \%entries;
}

# ---- The calls ----

my %current; # path => inode: what the running system sees

sub on_openat {
    my ($path, $flags, $fd) = @_;
    if ($flags =~ /O_DIRECTORY/) {
        $open{$fd} = ['folder', $path];
    } elsif ($flags =~ /O_CREAT/) {
        my $inode = ++$n_inodes;
        $inodes{$inode} = {synced => '', writes => []};
        $current{$path} = $inode;
        change($path, (split_path($path))[1] => $inode);
        $open{$fd} = ['file', $inode];
    } else {
        delete $open{$fd};
    }
}

sub on_write {
    my ($fd, $bytes, $n) = @_;
    $bytes = substr $bytes, 0, $n;
    if ($fd == 2 && $bytes =~ m{^epoch +(\d+)/}) {
        $epoch = $1;
        $least{$_} = $#{$versions{$_}} for keys %versions;
    } elsif ($open{$fd} && $open{$fd}[0] eq 'file') {
        push @{$inodes{$open{$fd}[1]}{writes}}, $bytes;
    }
}

sub on_fsync {
    my ($fd) = @_;
    my ($kind, $what) = @{$open{$fd} // die "powerloss.pl: fsync of $fd\n"};
    if ($kind eq 'file') {
        my $inode = $inodes{$what};
        $inode->{synced} .= join '', @{$inode->{writes}};
        $inode->{writes} = [];
        return;
    }
    my $folder = $folders{$what} // return;
    apply($folder->{synced}, $_) for @{$folder->{changes}};
    $folder->{changes} = [];
}

sub on_rename {
    my ($from, $to) = @_;
    my $inode = delete $current{$from};
    $current{$to} = $inode;
    my $old = (split_path($from))[1];
    change($to, $old => undef, (split_path($to))[1] => $inode);
    push @{$versions{$to}},
        $inodes{$inode}{synced} . join '', @{$inodes{$inode}{writes}};
}

sub on_unlink {
    my ($path) = @_;
    delete $current{$path};
    change($path, (split_path($path))[1] => undef);
}

# A line of the trace; true if it changed anything.
sub play {
    my ($line) = @_;
    my ($call, $arguments, $result) =
        $line =~ /^\d+ +(\w+)\((.*)\) += (-?\d+)/ or return 0;
    return 0 if $result < 0;
    my @a = split /, /, $arguments;
    if ($call eq 'openat') {
        on_openat(text($a[1]), $a[2], $result);
    } elsif ($call eq 'write') {
        on_write($a[0], text($a[1]), $result);
    } elsif ($call eq 'fsync') {
        on_fsync($a[0]);
    } elsif ($call eq 'close') {
        delete $open{$a[0]};
    } elsif ($call eq 'rename') {
        on_rename(text($a[0]), text($a[1]));
    } elsif ($call eq 'mkdir') {
        my $path = text($a[0]);
        change($path, (split_path($path))[1] => 'folder');
    } elsif ($call eq 'unlink') {
        on_unlink(text($a[0]));
    } else {
        return 0;
    }
    return 1;
}

# ---- The states ----

sub apply {
    my ($entries, $change) = @_;
    for my $name (keys %$change) {
        if (defined $change->{$name}) {
            $entries->{$name} = $change->{$name};
        } else {
            delete $entries->{$name};
        }
    }
}

# All that a folder may hold.
sub folder_states {
    my ($path) = @_;
    my $folder = $folders{$path} // {synced => {}, changes => []};
    my @changes = @{$folder->{changes}};
    if (@changes > 4) { # too many to try; the older ones are there
        complain((split_path($path))[1] . ' is not synced');
        apply($folder->{synced}, shift @changes) while @changes > 4;
    }
    my @states;
    for my $chosen (0 .. 2**@changes - 1) {
        my %entries = %{$folder->{synced}};
        apply(\%entries, $changes[$_])
            for grep { $chosen >> $_ & 1 } 0 .. $#changes;
        push @states, \%entries;
    }
    return @states;
}

sub without_blocks {
    my ($bytes, $from, $size, $lost) = @_;
    for my $block (@$lost) {
        my $at = $from + $block * $size;
        my $n = length($bytes) - $at;
        $n = $size if $n > $size;
        substr($bytes, $at, $n) = "\0" x $n;
    }
    return $bytes;
}

# All that a file may hold, and some of the many.
sub file_states {
    my ($inode) = @_;
    my $synced = $inode->{synced};
    my @writes = @{$inode->{writes}};
    return ($synced) if !@writes;
    my ($from, $all) = (length $synced, $synced . join '', @writes);
    my %states = ($synced => 1, $all => 1);
    my $part = $synced;
    $states{$part .= $_} = 1 for @writes;
    for my $size (512, 4096) {
        my $n_blocks = int((length($all) - $from + $size - 1) / $size);
        for my $block (0 .. $n_blocks - 1) {
            $states{substr $all, 0, $from + $block * $size} = 1;
            $states{without_blocks($all, $from, $size, [$block])} = 1;
        }
        for (1 .. $LOTS) {
            my @lost = grep { rand() < 0.5 } 0 .. $n_blocks - 1;
            $states{without_blocks($all, $from, $size, \@lost)} = 1;
        }
        $states{without_blocks($all, $from, $size, [0 .. $n_blocks - 1])} = 1;
    }
    return keys %states;
}

sub complain {
    my ($what) = @_;
    print "FAILED: $what\n" if !$complaints{$what}++;
}

# One named file of one state; undef: there is none.
sub judge {
    my ($path, $bytes) = @_;
    my $least = $least{$path};
    my $name = (split_path($path))[1];
    if (!defined $bytes) {
        complain("$name is lost after epoch $epoch was reported")
            if defined $least;
        return;
    }
    my $versions = $versions{$path} // [];
    my ($version) = grep { $versions->[$_] eq $bytes } reverse 0 .. $#$versions;
    if (!defined $version) {
        complain("$name is torn (after epoch $epoch was reported)");
    } elsif (defined $least && $version < $least
        || $bytes =~ /"epoch":"(\d+)"/ && $1 < $epoch) {
        complain("$name is older than what was reported with epoch $epoch");
    }
}

# The states after one call: all of each folder, with all of each new file in
# it. (Of two new files at once, which a training does not have, not all.)
sub crash {
    my ($parent, $own) = split_path($run);
    my @names = map { "$run/$_" }
        qw(args.txt net.net log.csv best.safetensors last.safetensors);
    for my $above (folder_states($parent)) {
        my @inside = $above->{$own} ? folder_states($run) : ({});
        for my $entries (@inside) {
            my %contents = map { $_ => [file_states($inodes{$entries->{$_}})] }
                keys %$entries;
            my ($most) = sort { $b <=> $a } 1, map { scalar @$_ }
                values %contents;
            for my $i (0 .. $most - 1) {
                my %state = map { $_ => $contents{$_}[$i % @{$contents{$_}}] }
                    keys %contents;
                my $digest = md5(join "\0",
                    map { $_, md5($state{$_}) } sort keys %state);
                $n_states++ if !$seen{"$digest$epoch"}++;
                judge($_, $state{(split_path($_))[1]}) for @names;
            }
        }
    }
}

my %unfinished;
my $n_calls = 0;
while (my $line = <STDIN>) {
    my ($process) = $line =~ /^(\d+)/ or next;
    if ($line =~ s/ <unfinished \.\.\.>\n//) {
        $unfinished{$process} = $line;
        next;
    }
    $line =~ s/^\d+ +<\.\.\. \w+ resumed>/delete $unfinished{$process}/e;
    next if !play($line);
    $n_calls++;
    crash();
}

my $n = 0;
for my $path (grep { /safetensors$/ } sort keys %versions) {
    for my $bytes (@{$versions{$path}}) {
        my $name = sprintf '%s/%03d.safetensors', $out, $n++;
        open my $file, '>:raw', $name or die "$name: $!\n";
        print $file $bytes;
        close $file or die "$name: $!\n";
    }
}
print "$n_states $n_calls $n $epoch\n";
exit(%complaints ? 1 : 0);
