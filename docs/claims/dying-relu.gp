# dying-relu.gp - draws dying-relu.svg.
# usage: gnuplot dying-relu.gp
reset
if (!exists("piped")) set output "dying-relu.svg"
set terminal svg size 640,537 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.9385
unset border
unset tics
set key center center horizontal maxcols 5 samplen 2.5 \
    width 0.0 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "relu", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "leaky", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "prelu", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "elu"
$p1_1 << END
0.01,0.000651042,0.000651042,0.00130208
0.02,0.000651042,0,0.000651042
0.05,0.000651042,0,0.000651042
0.1,0,0,0
0.2,0.00260417,0,0.00260417
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p1_2 << END
0.01,0,0,0
0.02,0,0,0
0.05,0,0,0
0.1,0,0,0
0.2,0,0,0
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p1_3 << END
0.01,0,0,0
0.02,0,0,0
0.05,0,0,0
0.1,0,0,0
0.2,NaN,NaN,NaN
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p1_4 << END
0.01,0,0,0
0.02,0,0,0
0.05,0,0,0
0.1,0,0,0
0.2,NaN,NaN,NaN
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p2_1 << END
0.01,0.0731667,0.0718333,0.0736667
0.02,0.06,0.0553333,0.0615
0.05,0.045,0.0448333,0.0473333
0.1,0.0403333,0.0376667,0.0403333
0.2,0.0373333,0.0365,0.0431667
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p2_2 << END
0.01,0.0738333,0.0721667,0.074
0.02,0.061,0.0555,0.0613333
0.05,0.0455,0.0448333,0.0476667
0.1,0.0395,0.0371667,0.0421667
0.2,0.0405,0.0373333,0.0438333
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p2_3 << END
0.01,0.0713333,0.071,0.0726667
0.02,0.059,0.0575,0.059
0.05,0.047,0.0465,0.0483333
0.1,0.0416667,0.0395,0.0445
0.2,NaN,NaN,NaN
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
END
$p2_4 << END
0.01,0.0663333,0.066,0.0676667
0.02,0.0545,0.0541667,0.0563333
0.05,0.0428333,0.0421667,0.046
0.1,0.0403333,0.0356667,0.046
0.2,NaN,NaN,NaN
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
2,NaN,NaN,NaN
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
set tmargin at screen 0.9385
set bmargin at screen 0.5475
set autoscale xfix
set logscale x
set offsets graph 0.03, graph 0.03, 0, 0
set ylabel "dead units, %"
set format x ""
set xlabel ""
plot NaN, \
    $p1_1 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#111111" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_1 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $p1_2 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $p1_3 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $p1_4 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.5102
set bmargin at screen 0.1192
set ylabel "validation error, %"
set format x "%h"
set xlabel "learning rate (no point: a training diverged)"
plot NaN, \
    $p2_1 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#111111" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_1 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $p2_2 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#c0392b" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_2 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $p2_3 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#2471a3" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_3 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $p2_4 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#7d6608" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_4 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608"
unset multiplot
