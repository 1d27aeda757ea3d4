# act-cost.gp - draws act-cost.svg.
# usage: gnuplot act-cost.gp
reset
if (!exists("piped")) set output "act-cost.svg"
set terminal svg size 640,397 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.9169
unset border
unset tics
set key center center horizontal maxcols 3 samplen 2.5 \
    width -1.8 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#111111" \
        title "in cache", \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#c0392b" \
        title "libm, in cache", \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#2471a3" \
        title "in memory"
$p1_1 << END
-0.266667,0.079144,0.079144,0.079144
0.733333,0.0844827,0.0844827,0.0844827
1.73333,1.21021,1.21021,1.21021
2.73333,0.681748,0.681748,0.681748
3.73333,1.27268,1.27268,1.27268
4.73333,1.04498,1.04498,1.04498
5.73333,0.583334,0.583334,0.583334
6.73333,1.4463,1.4463,1.4463
END
$p1_2 << END
2,17.7634,17.7634,17.7634
3,7.29543,7.29543,7.29543
END
$p1_3 << END
0.266667,0.754244,0.754244,0.754244
1.26667,0.786946,0.786946,0.786946
2.26667,1.18926,1.18926,1.18926
3.26667,0.946049,0.946049,0.946049
4.26667,1.31447,1.31447,1.31447
5.26667,1.16416,1.16416,1.16416
6.26667,0.822183,0.822183,0.822183
7.26667,1.49493,1.49493,1.49493
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
set tmargin at screen 0.9169
set bmargin at screen 0.1612
set autoscale xfix
set logscale y
set format y "%h"
set xtics scale 0 ("relu" 0, "leaky" 1, "tanh" 2, "sigmoid" 3, "gelu" 4, "silu" 5, "elu" 6, "softplus" 7)
set xrange [-0.6:7.6]
set ylabel "ns an element, one thread"
set xlabel ""
plot NaN, \
    $p1_1 using 1:($2):(0.240) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#111111", \
    $p1_2 using 1:($2):(0.240) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#c0392b", \
    $p1_3 using 1:($2):(0.240) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#2471a3"
unset multiplot
