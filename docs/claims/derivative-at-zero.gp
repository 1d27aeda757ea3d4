# derivative-at-zero.gp - draws derivative-at-zero.svg.
# usage: gnuplot derivative-at-zero.gp
reset
if (!exists("piped")) set output "derivative-at-zero.svg"
set terminal svg size 640,420 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8667
unset border
unset tics
set key center center horizontal maxcols 4 samplen 2.5 \
    width -1.0 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "dense", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "dense norm", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "lenet", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "lenet 0..1", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "conv", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#148f77" \
        title "conv norm"
$p1_1 << END
0,0,0,0
1,0,0,0
2,0,0,0
3,0,0,0
4,0,0,0
5,0,0,0
END
$p1_2 << END
0,0,0,0
1,0,0,0
2,0,0,3.17891e-07
3,0,0,0
4,0,0,3.17891e-07
5,0,0,0
END
$p1_3 << END
0,0,0,0
1,0,0,0
2,0,0,0
3,0,0,0
4,0,0,0
5,0,0,0
END
$p1_4 << END
0,0.405429,0.405422,0.405478
1,0,0,0
2,7.50279e-08,0,7.50279e-08
3,0,0,0
4,0,0,0
5,0,0,0
END
$p1_5 << END
0,2.38419e-08,0,4.76837e-08
1,0,0,0
2,0,0,4.76837e-08
3,2.38419e-08,2.38419e-08,4.76837e-08
4,0,0,2.38419e-08
5,2.38419e-08,0,4.76837e-08
END
$p1_6 << END
0,0,0,2.38419e-08
1,0,0,4.76837e-08
2,2.38419e-08,2.38419e-08,4.76837e-08
3,2.38419e-08,0,4.76837e-08
4,2.38419e-08,2.38419e-08,4.76837e-08
5,0,0,7.15256e-08
END
set yrange [0:1<*]

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
set tmargin at screen 0.8667
set bmargin at screen 0.1524
set autoscale xfix
set logscale y
set format y "1e%T"
set ylabel "z = 0 exactly, %"
set format x "%h"
set xlabel "epoch"
plot NaN, \
    $p1_1 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $p1_2 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#c0392b" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_2 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $p1_3 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $p1_4 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#7d6608" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_4 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    $p1_5 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#8e44ad" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_5 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    $p1_6 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#148f77" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_6 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77"
unset multiplot
