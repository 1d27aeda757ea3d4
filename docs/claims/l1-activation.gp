# l1-activation.gp - draws l1-activation.svg.
# usage: gnuplot l1-activation.gp
reset
if (!exists("piped")) set output "l1-activation.svg"
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
    NaN with points pointtype 7 linecolor rgb "#111111" \
        title "L1 0", \
    NaN with points pointtype 7 linecolor rgb "#c0392b" \
        title "L1 1e-05", \
    NaN with points pointtype 7 linecolor rgb "#2471a3" \
        title "L1 3e-05", \
    NaN with points pointtype 7 linecolor rgb "#7d6608" \
        title "L1 0.0001", \
    NaN with points pointtype 7 linecolor rgb "#8e44ad" \
        title "L1 0.0003", \
    NaN with points pointtype 7 linecolor rgb "#148f77" \
        title "L1 0.001", \
    NaN with points pointtype 7 linecolor rgb "#b9770e" \
        title "L1 0.01"
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
$arm0 << END
0.539243,0.0305
0.545617,0.0316667
0.541279,0.03
END
$arm1 << END
0.61962,0.0298333
0.624372,0.03
0.620509,0.031
END
$arm2 << END
0.674966,0.0291667
0.677551,0.032
0.675204,0.0303333
END
$arm3 << END
0.747655,0.0323333
0.748829,0.0346667
0.746892,0.0305
END
$arm4 << END
0.817919,0.033
0.817913,0.0356667
0.819514,0.0335
END
$arm5 << END
0.897729,0.036
0.897969,0.0361667
0.903939,0.0351667
END
$arm6 << END
0.983417,0.1725
0.986473,0.0816667
0.986313,0.0906667
END
set xlabel "exact zeros, %"
set ylabel "validation error, %"
set xrange [*:100]
set offsets graph 0.04, 0, graph 0.04, graph 0.04
set arrow from 80, graph 0 to 80, graph 1 nohead \
    dashtype 3 linecolor rgb "#333333"
plot NaN, \
    $arm0 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#111111", \
    $arm1 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#c0392b", \
    $arm2 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#2471a3", \
    $arm3 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#7d6608", \
    $arm4 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#8e44ad", \
    $arm5 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#148f77", \
    $arm6 using (100*$1):(100*$2) with \
        points pointtype 7 linecolor rgb "#b9770e"
unset multiplot
