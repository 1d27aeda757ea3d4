# stage-order.gp - draws stage-order.svg.
# usage: gnuplot stage-order.gp
reset
if (!exists("piped")) set output "stage-order.svg"
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
    width -1.4 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#111111" \
        title "max pooling", \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#c0392b" \
        title "mean pooling"
$p1_1 << END
-0.2,0,0,0
0.8,0,0,0
1.8,0,0,0
2.8,0,0,0
3.8,0,0,0
4.8,0,0,0
5.8,0.0144739,0.0144739,0.0144739
6.8,0.279131,0.279131,0.279131
END
$p1_2 << END
0.2,0.0642201,0.0642201,0.0642201
1.2,0.0632953,0.0632953,0.0632953
2.2,0.0424317,0.0424317,0.0424317
3.2,0.0349736,0.0349736,0.0349736
4.2,0.108638,0.108638,0.108638
5.2,0.0266947,0.0266947,0.0266947
6.2,0.0806501,0.0806501,0.0806501
7.2,0.0699332,0.0699332,0.0699332
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
set tmargin at screen 0.9169
set bmargin at screen 0.1612
set autoscale xfix
set xtics scale 0 ("relu" 0, "leaky" 1, "elu" 2, "softplus" 3, "tanh" 4, "sigmoid" 5, "gelu" 6, "abs" 7)
set xrange [-0.6:7.6]
set ylabel "difference, % of value"
set xlabel ""
plot NaN, \
    $p1_1 using 1:(100*$2):(0.360) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#111111", \
    $p1_2 using 1:(100*$2):(0.360) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#c0392b"
unset multiplot
