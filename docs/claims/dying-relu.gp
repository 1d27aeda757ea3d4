# dying-relu.gp - draws dying-relu.svg.
# usage: gnuplot dying-relu.gp
reset
if (!exists("piped")) set output "dying-relu.svg"
set terminal svg size 640,583 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8645
unset border
unset tics
set key center center horizontal maxcols 3 samplen 2.5 \
    width -1.8 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "relu", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "leaky", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "relu-norm", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "relu-bias", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "relu-momentum", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#148f77" \
        title "leaky-momentum", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#b9770e" \
        title "conv-relu", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#5d6d7e" \
        title "conv-leaky"
$p1_1 << END
0.02,0.000651042,0,0.00130208
0.05,0,0,0.000651042
0.1,0,0,0
0.2,0,0,0.00390625
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p1_2 << END
0.02,0,0,0
0.05,0,0,0
0.1,0,0,0
0.2,0,0,0
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p1_3 << END
0.02,0,0,0
0.05,0,0,0
0.1,0,0,0
0.2,0,0,0
0.3,0,0,0
0.4,0,0,0
0.5,0,0,0
1,0,0,0
END
$p1_4 << END
0.02,0,0,0.000651042
0.05,0,0,0
0.1,0,0,0
0.2,0.00130208,0.00130208,0.00195312
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p1_5 << END
0.002,0.000651042,0,0.00195312
0.005,0.000651042,0,0.000651042
0.01,0,0,0
0.02,0,0,0
0.03,0,0,0
0.04,0,0,0.000651042
0.05,0,0,0.00130208
0.1,0.00976562,0.00520833,0.0214844
END
$p1_6 << END
0.002,0,0,0
0.005,0,0,0
0.01,0,0,0
0.02,0,0,0
0.03,0,0,0
0.04,0,0,0
0.05,0,0,0
0.1,0,0,0
END
$p1_7 << END
0.002,0,0,0
0.005,0,0,0.0234375
0.01,0.0078125,0.0078125,0.0390625
0.02,0.0703125,0.0546875,0.09375
0.03,0.109375,0.101562,0.117188
0.04,0.164062,0.148438,0.164062
0.05,0.148438,0.140625,0.171875
0.1,0.273438,0.171875,0.742188
END
$p1_8 << END
0.002,0,0,0
0.005,0,0,0
0.01,0,0,0
0.02,0,0,0
0.03,0,0,0
0.04,0,0,0
0.05,0,0,0
0.1,NaN,NaN,NaN
END
$p2_1 << END
0.02,0.149833,0.146333,0.151833
0.05,0.1415,0.139,0.145833
0.1,0.139333,0.131667,0.142333
0.2,0.142167,0.1295,0.142333
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p2_2 << END
0.02,0.149333,0.146667,0.151667
0.05,0.140833,0.136667,0.142333
0.1,0.140333,0.131333,0.1455
0.2,0.141667,0.129,0.145667
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p2_3 << END
0.02,0.143667,0.1425,0.1445
0.05,0.128833,0.1285,0.1325
0.1,0.127833,0.127,0.132667
0.2,0.137833,0.1255,0.140333
0.3,0.131167,0.1205,0.1365
0.4,0.134667,0.127167,0.153333
0.5,0.129,0.124667,0.140833
1,0.1325,0.121333,0.140833
END
$p2_4 << END
0.02,0.149333,0.143833,0.150833
0.05,0.141667,0.1315,0.144667
0.1,0.137167,0.129,0.1375
0.2,0.142833,0.1315,0.143667
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p2_5 << END
0.002,0.150833,0.1455,0.156167
0.005,0.136833,0.133167,0.157167
0.01,0.138,0.129833,0.1495
0.02,0.143,0.1355,0.150667
0.03,0.1445,0.126333,0.145167
0.04,0.141,0.141,0.147333
0.05,0.137,0.135,0.145333
0.1,0.147833,0.142667,0.158
END
$p2_6 << END
0.002,0.149833,0.145333,0.1565
0.005,0.137167,0.131333,0.154167
0.01,0.1325,0.128333,0.1475
0.02,0.141833,0.126833,0.148167
0.03,0.143333,0.125833,0.1535
0.04,0.1505,0.1295,0.151833
0.05,0.149833,0.133667,0.154167
0.1,0.145167,0.143,0.168
END
$p2_7 << END
0.002,0.2025,0.1995,0.202833
0.005,0.182167,0.168167,0.185333
0.01,0.164667,0.157,0.174167
0.02,0.1535,0.145,0.1625
0.03,0.1525,0.143333,0.153
0.04,0.149167,0.142,0.157333
0.05,0.153333,0.1485,0.180833
0.1,0.201333,0.1795,0.9
END
$p2_8 << END
0.002,0.201833,0.199833,0.203667
0.005,0.180667,0.1665,0.186667
0.01,0.161333,0.159,0.167167
0.02,0.1455,0.143833,0.166667
0.03,0.145667,0.140333,0.151
0.04,0.149333,0.139167,0.153667
0.05,0.152333,0.143333,0.156833
0.1,NaN,NaN,NaN
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
set tmargin at screen 0.8645
set bmargin at screen 0.5043
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
    $p1_6 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    $p1_7 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#b9770e" \
        fillstyle transparent solid 0.15 noborder, \
    $p1_7 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    $p1_8 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.4700
set bmargin at screen 0.1098
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
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    $p2_5 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#8e44ad" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_5 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    $p2_6 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#148f77" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_6 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    $p2_7 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#b9770e" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_7 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    $p2_8 using 1:(100*$3):(100*$4) with filledcurves \
        fillcolor rgb "#5d6d7e" \
        fillstyle transparent solid 0.15 noborder, \
    $p2_8 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e"
unset multiplot
