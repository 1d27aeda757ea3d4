# zeros-at-init.gp - draws zeros-at-init.svg.
# usage: gnuplot zeros-at-init.gp
reset
if (!exists("piped")) set output "zeros-at-init.svg"
set terminal svg size 640,560 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.9000
unset border
unset tics
set key center center horizontal maxcols 2 samplen 2.5 \
    width -2.6 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "relu", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "tanh", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "relu, clothes", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "conv relu, clothes"
$p1_1 << END
1,0.499146,0.498413,0.499817
2,0.491364,0.488159,0.504364
3,0.513062,0.471191,0.520782
4,0.516449,0.486115,0.54657
5,0.477844,0.443207,0.532837
6,0.492523,0.487366,0.535156
7,0.472992,0.445374,0.531525
8,0.491638,0.473419,0.553528
9,0.487946,0.467834,0.517181
10,0.498444,0.451324,0.525452
END
$p1_2 << END
1,0,0,0
2,0,0,0
3,0,0,0
4,0,0,0
5,0,0,0
6,0,0,0
7,0,0,0
8,0,0,0
9,0,0,0
10,0,0,0
END
$p1_3 << END
1,0.508911,0.474152,0.525696
2,0.498322,0.472351,0.517517
3,0.51413,0.485718,0.519836
4,0.516449,0.482178,0.551117
5,0.480103,0.434113,0.533051
6,0.494171,0.488098,0.542358
7,0.469452,0.443604,0.531555
8,0.491394,0.467529,0.551483
9,0.494202,0.47226,0.522827
10,0.498627,0.447754,0.528137
END
$p1_4 << END
1,0.291863,0.257121,0.295968
2,0.461393,0.447683,0.540415
3,0.472375,0.416016,0.550896
END
$p2_1 << END
1,0,0,0
2,0,0,0
3,0.00390625,0,0.0273438
4,0.0234375,0,0.0507812
5,0.0273438,0.0234375,0.046875
6,0.0625,0.0234375,0.105469
7,0.0742188,0.046875,0.0898438
8,0.0898438,0.0859375,0.105469
9,0.109375,0.0742188,0.148438
10,0.121094,0.0859375,0.167969
END
$p2_3 << END
1,0,0,0.00390625
2,0.0078125,0,0.0117188
3,0.03125,0.015625,0.0546875
4,0.0625,0.0273438,0.0820312
5,0.0625,0.0429688,0.0820312
6,0.0820312,0.0546875,0.144531
7,0.09375,0.0625,0.132812
8,0.136719,0.113281,0.148438
9,0.140625,0.0859375,0.148438
10,0.15625,0.0859375,0.214844
END
$p2_4 << END
1,0,0,0
2,0,0,0
3,0,0,0.015625
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
set tmargin at screen 0.9000
set bmargin at screen 0.5250
set autoscale xfix
set ylabel "exact zeros, %"
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
    $p1_3 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#2471a3" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_3 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $p1_4 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#7d6608" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_4 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.4893
set bmargin at screen 0.1143
set ylabel "always zero, % of units"
set format x "%h"
set xlabel "layer"
plot NaN, \
    $p2_1 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#111111" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_1 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
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
