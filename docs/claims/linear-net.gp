# linear-net.gp - draws linear-net.svg.
# usage: gnuplot linear-net.gp
reset
if (!exists("piped")) set output "linear-net.svg"
set terminal svg size 640,216 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.7407
unset border
unset tics
set key center center horizontal maxcols 4 samplen 2.5 \
    width -0.4 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with points pointtype 7 pointsize 0.9 linecolor rgb "#148f77" \
        title "holds", \
    NaN with points pointtype 7 pointsize 0.9 linecolor rgb "#c0392b" \
        title "fails", \
    NaN with points pointtype 7 pointsize 0.9 linecolor rgb "#7f8c8d" \
        title "open", \
    NaN with points pointtype 6 linewidth 2 linecolor rgb "#333333" \
        title "besides", \
    NaN with lines dashtype 3 linecolor rgb "#333333" \
        title "least: 1"
unset key
set border 3 linecolor rgb "#888888"
set xtics nomirror textcolor rgb "#333333"
set ytics nomirror textcolor rgb "#333333"
unset mxtics
unset mytics
set grid ytics linetype 1 linecolor rgb "#e4e4e4"
set title offset 0, -0.6
set xlabel offset 0, 0.3
set lmargin at screen 0.4625
set rmargin at screen 0.9719
set tmargin at screen 0.7407
set bmargin at screen 0.2963
set xrange [-0.710275:7.5672]
set xlabel "first - second, points of validation error"
set grid noytics xtics linetype 1 linecolor rgb "#e4e4e4"
set arrow from 0, graph 0 to 0, graph 1 nohead \
    linecolor rgb "#888888"
set yrange [-0.7:3.7]
set ytics scale 0 ( \
    "linear-3 - relu-3" 3, \
    "linear-3-fashion - relu-3-fashion" 2, \
    "softmax - linear-3" 1, \
    "softmax-fashion - linear-3-fashion" 0)
set arrow from 1, graph 0 to 1, graph 1 nohead \
    dashtype 3 linecolor rgb "#333333"
$holds << END
6.22778,5.19493,7.26062,3
3.1111,1.52902,4.69318,2
END
$fails_shown << END
-0.16111,-0.403702,0.0814822,1
-0.0722,-0.314765,0.170365,0
END
plot NaN, \
    $holds using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#148f77", \
    $holds using 1:4 with points pointtype 7 \
        pointsize 0.9 linewidth 2 linecolor rgb "#148f77", \
    $fails_shown using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#c0392b", \
    $fails_shown using 1:4 with points pointtype 6 \
        pointsize 0.9 linewidth 2 linecolor rgb "#c0392b"
unset multiplot
