#!/usr/bin/perl
# check_html.pl - that report.html of a folder is well formed, stands alone, and
# holds every picture of the folder, byte by byte, and no other.
#
# usage: perl check_html.pl FOLDER    prints what is wrong; exit status 1 then
use strict;
use warnings;
use Encode ();
use MIME::Base64 ();

my ($folder) = @ARGV;
my $found = 0;

sub finding {
    print "@_\n";
    $found = 1;
}

sub bytes_of {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "cannot read $path: $!\n";
    local $/;
    return scalar <$file>;
}

my $html = bytes_of("$folder/report.html");
my $copy = $html;
finding('not UTF-8')
    unless defined eval { Encode::decode('UTF-8', $copy, Encode::FB_CROAK) };
finding('a control character') if $html =~ /[\x00-\x09\x0b-\x1f\x7f]/;
finding('no doctype') unless $html =~ s/^<!DOCTYPE html>\n//;

# ---- Tags ----
# What may stand in what; nothing else may stand there.
my $flow = 'h2 p dl section figure div pre header';
my $words = 'span code small';
my %children = (
    '' => 'html', html => 'head body', head => 'meta title style',
    body => $flow, header => 'h1 p', section => 'ul', ul => 'li',
    li => '', p => $words, h1 => '', h2 => '', span => '', code => '',
    pre => '', dl => 'div dt dd', dt => '', dd => $words, small => '',
    figure => 'div figcaption', figcaption => $words,
    div => 'dt dd img table', table => 'thead tbody tfoot',
    thead => 'tr', tbody => 'tr', tfoot => 'tr', tr => 'td th', td => '',
    th => '', title => '', style => '', meta => undef, img => undef,
);
my %no_words = map { $_ => 1 } ('', qw(html head body dl ul table thead tbody
    tfoot tr figure header section));
my (@open, %ids, %n_uris, %title);

sub words {
    my ($text) = @_;
    my $in = @open ? $open[-1] : '';
    finding("words in <$in>: $text") if $no_words{$in} && $text =~ /\S/;
    finding("no entity: $1")
        if $text =~ /(&(?!(?:amp|lt|gt|quot|times|\#39);).{0,9})/s;
    finding("a bare > in $in") if $in ne 'style' && $text =~ />/;
    finding('the style fetches something') if $in eq 'style'
        && $text =~ m{url\(|\@import|//};
    $title{text} = $text if $in eq 'title';
}

sub attributes {
    my ($tag, $text) = @_;
    my %all;
    while ($text =~ / ([a-z-]+)="([^"]*)"/g) {
        my ($name, $value) = ($1, $2);
        finding("<$tag>: $name twice") if exists $all{$name};
        finding("<$tag>: $name runs something") if $name =~ /^on|^style$/;
        finding("<$tag>: $name=\"" . substr($value, 0, 40) . '": not escaped')
            if $value =~ /[<>]/ || $value =~ /&(?!(?:amp|lt|gt|quot|\#39);)/;
        $all{$name} = $value;
    }
    finding("id $all{id} twice") if exists $all{id} && $ids{$all{id}}++;
    return %all;
}

sub image {
    my (%all) = @_;
    finding('a picture without words') unless ($all{alt} // '') =~ /\S/;
    my $source = $all{src} // '';
    if ($source =~ m{^data:image/(png|svg\+xml);base64,([A-Za-z0-9+/]+={0,2})$}
        && length($2) % 4 == 0) {
        $n_uris{"$1 " . MIME::Base64::decode_base64($2)}++;
    } else {
        finding('a picture from elsewhere: ' . substr($source, 0, 60));
    }
}

sub opened {
    my ($tag, $text) = @_;
    my $in = @open ? $open[-1] : '';
    return finding("<$tag> is not used here") unless exists $children{$tag};
    finding("<$tag> in <$in>") unless grep { $_ eq $tag }
        split ' ', $children{$in} // '';
    my %all = attributes($tag, $text);
    image(%all) if $tag eq 'img';
    finding('no language') if $tag eq 'html' && ($all{lang} // '') ne 'en';
    $title{$all{name} // 'charset'} = 1 if $tag eq 'meta';
    push @open, $tag if defined $children{$tag};
}

my $attribute = qr/ [a-z-]+="[^"]*"/;
my $token = qr{([^<]+)|<([a-z0-9]+)((?:$attribute)*)>|</([a-z0-9]+)>|(<)};
while ($html =~ /\G(?:$token)/g) {
    my ($text, $tag, $attributes, $closed, $wild) = ($1, $2, $3, $4, $5);
    words($text) if defined $text;
    opened($tag, $attributes) if defined $tag;
    if (defined $closed) {
        my $last = pop @open // '';
        finding("</$closed> closes <$last>") unless $last eq $closed;
    }
    finding('no tag: ' . substr($html, pos($html) - 1, 40)) if defined $wild;
}
finding("still open: @open") if @open;
for my $needed (qw(text charset viewport)) {
    finding("no $needed in the head") unless ($title{$needed} // '') =~ /\S/;
}

# ---- Pictures ----
for my $path (glob("\Q$folder\E/*.svg"), glob("\Q$folder\E/*.png")) {
    my $kind = $path =~ /svg$/ ? 'svg+xml' : 'png';
    my $n = delete $n_uris{"$kind " . bytes_of($path)} // 0;
    finding("$path: expected once, found $n times") unless $n == 1;
}
finding('a picture of no file, ' . length($_) . ' bytes') for keys %n_uris;
exit $found;
