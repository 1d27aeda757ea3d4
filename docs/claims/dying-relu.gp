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
0.02,0.00260417,0.00260417,0.00260417
0.05,0,0,0
0.1,0,0,0
0.2,0,0,0
0.3,0.0286458,0.0286458,0.0286458
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
0.02,0.00130208,0.00130208,0.00130208
0.05,0,0,0
0.1,0,0,0
0.2,0,0,0
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p1_5 << END
0.002,0.00195312,0.00195312,0.00195312
0.005,0.000651042,0.000651042,0.000651042
0.01,0,0,0
0.02,0,0,0
0.03,0.000651042,0.000651042,0.000651042
0.04,0.000651042,0.000651042,0.000651042
0.05,0.00325521,0.00325521,0.00325521
0.1,0.0253906,0.0253906,0.0253906
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
0.005,0,0,0
0.01,0.0078125,0.0078125,0.0078125
0.02,0.0703125,0.0703125,0.0703125
0.03,0.101562,0.101562,0.101562
0.04,0.132812,0.132812,0.132812
0.05,0.148438,0.148438,0.148438
0.1,0.210938,0.210938,0.210938
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
0.02,0.171667,0.171667,0.171667
0.05,0.163667,0.163667,0.163667
0.1,0.160833,0.160833,0.160833
0.2,0.176833,0.176833,0.176833
0.3,0.188,0.188,0.188
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p2_2 << END
0.02,0.170333,0.170333,0.170333
0.05,0.163333,0.163333,0.163333
0.1,0.161667,0.161667,0.161667
0.2,0.168833,0.168833,0.168833
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p2_3 << END
0.02,0.160667,0.160667,0.160667
0.05,0.149,0.149,0.149
0.1,0.157167,0.157167,0.157167
0.2,0.162667,0.162667,0.162667
0.3,0.168333,0.168333,0.168333
0.4,0.1765,0.1765,0.1765
0.5,0.1715,0.1715,0.1715
1,0.166333,0.166333,0.166333
END
$p2_4 << END
0.02,0.170833,0.170833,0.170833
0.05,0.1605,0.1605,0.1605
0.1,0.157667,0.157667,0.157667
0.2,0.165333,0.165333,0.165333
0.3,NaN,NaN,NaN
0.4,NaN,NaN,NaN
0.5,NaN,NaN,NaN
1,NaN,NaN,NaN
END
$p2_5 << END
0.002,0.169833,0.169833,0.169833
0.005,0.1515,0.1515,0.1515
0.01,0.155333,0.155333,0.155333
0.02,0.151167,0.151167,0.151167
0.03,0.1495,0.1495,0.1495
0.04,0.168,0.168,0.168
0.05,0.158333,0.158333,0.158333
0.1,0.1585,0.1585,0.1585
END
$p2_6 << END
0.002,0.169167,0.169167,0.169167
0.005,0.151833,0.151833,0.151833
0.01,0.154833,0.154833,0.154833
0.02,0.151167,0.151167,0.151167
0.03,0.162167,0.162167,0.162167
0.04,0.161333,0.161333,0.161333
0.05,0.155667,0.155667,0.155667
0.1,0.160833,0.160833,0.160833
END
$p2_7 << END
0.002,0.239,0.239,0.239
0.005,0.206167,0.206167,0.206167
0.01,0.184667,0.184667,0.184667
0.02,0.178,0.178,0.178
0.03,0.176333,0.176333,0.176333
0.04,0.183167,0.183167,0.183167
0.05,0.180667,0.180667,0.180667
0.1,0.265,0.265,0.265
END
$p2_8 << END
0.002,0.236,0.236,0.236
0.005,0.2065,0.2065,0.2065
0.01,0.185,0.185,0.185
0.02,0.177333,0.177333,0.177333
0.03,0.182667,0.182667,0.182667
0.04,0.181667,0.181667,0.181667
0.05,0.181,0.181,0.181
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
    $p1_1 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $p1_2 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $p1_3 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $p1_4 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    $p1_5 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    $p1_6 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
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
    $p2_1 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $p2_2 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $p2_3 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $p2_4 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    $p2_5 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    $p2_6 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    $p2_7 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    $p2_8 using 1:(100*$2) with linespoints pointtype 7 pointsize 0.5 \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e"
unset multiplot
