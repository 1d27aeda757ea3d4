# relu-plot.gp - draws relu-plot.svg.
# usage: gnuplot relu-plot.gp
reset
if (!exists("piped")) set output "relu-plot.svg"
set terminal svg size 640,374 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot

$p1_1 << END
-10,0,0,0
-9,0,0,0
-8,0,0,0
-7,0,0,0
-6,0,0,0
-5,0,0,0
-4,0,0,0
-3,0,0,0
-2,0,0,0
-1,0,0,0
0,0,0,0
1,1,1,1
2,2,2,2
3,3,3,3
4,4,4,4
5,5,5,5
6,6,6,6
7,7,7,7
8,8,8,8
9,9,9,9
10,10,10,10
END

unset key
set border 3 linecolor rgb "#888888"
set xtics nomirror textcolor rgb "#333333"
set ytics nomirror textcolor rgb "#333333"
unset mxtics
unset mytics
set grid ytics linetype 1 linecolor rgb "#e4e4e4"
set title offset 0, -0.6
set xlabel offset 0, 0.3
set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.9733
set bmargin at screen 0.1711
set autoscale xfix
set ylabel "rectified x"
set format x "%h"
set xlabel "x"
plot NaN, \
    $p1_1 using 1:($2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111"
unset multiplot
