#!/usr/bin/perl
# measure.pl - runs a command and writes to FIGURES, in one line: its exit
# status (128 and the number of the signal that ended it), the milliseconds that
# passed, those that it worked, and the most memory that it held, in KiB (0
# where that is not known). After SECONDS the command is ended by SIGALRM.
#
# Needs nothing but perl-base: the clock is the kernel's /proc/uptime, and
# getrusage is called by its number.
#
# usage: measure.pl FIGURES SECONDS COMMAND ARGUMENT...
use strict;
use warnings;
use Config;

my %getrusage = (x86_64 => 98, aarch64 => 165); # 64-bit Linux
my $RUSAGE_CHILDREN = -1;

sub milliseconds {
    open my $file, '<', '/proc/uptime' or return 0;
    my ($seconds) = split ' ', <$file>;
    return 1000 * $seconds;
}

sub peak_kib {
    my ($processor) = split /-/, $Config{archname};
    my $number = $getrusage{$processor} or return 0;
    my $usage = "\0" x 256;
    syscall($number, $RUSAGE_CHILDREN, $usage) == 0 or return 0;
    return unpack 'x32 q', $usage; # behind two struct timeval
}

my ($figures, $seconds, @command) = @ARGV;
my $start = milliseconds();
my $pid = fork // die "measure.pl: cannot fork: $!\n";
if ($pid == 0) {
    alarm $seconds; # goes on when another program takes this one's place
    exec { $command[0] } @command;
    die "measure.pl: cannot run $command[0]: $!\n";
}
waitpid $pid, 0;
my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
my $passed = milliseconds() - $start;
my (undef, undef, $user, $system) = times;
open my $file, '>', $figures or die "measure.pl: $figures: $!\n";
printf $file "%d %.0f %.0f %d\n", $status, $passed,
    1000 * ($user + $system), peak_kib();
close $file or die "measure.pl: $figures: $!\n";
