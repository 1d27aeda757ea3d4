# sparsity-trained.gp - draws sparsity-trained.svg.
# usage: gnuplot sparsity-trained.gp
reset
if (!exists("piped")) set output "sparsity-trained.svg"
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
set key center center horizontal maxcols 4 samplen 2.5 \
    width -0.6 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#111111" \
        title "at first", \
    NaN with boxes fillstyle solid 0.75 noborder linecolor rgb "#c0392b" \
        title "trained"
$p1_1 << END
-0.2,0.502527,0.495659,0.502736
0.8,0.502527,0.495659,0.502736
1.8,0,0,3.33333e-08
2.8,0,0,0
END
$p1_2 << END
0.2,0.768386,0.733077,0.777496
1.2,0.962905,0.962403,0.965704
2.2,0,0,0
3.2,0,0,0
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
set xtics scale 0 ("relu" 0, "relu, L1 0.001" 1, "tanh" 2, "sigmoid" 3)
set xrange [-0.6:3.6]
set ylabel "exact zeros, %"
set xlabel ""
plot NaN, \
    $p1_1 using 1:(100*$2):(0.360) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#111111", \
    $p1_1 using 1:(100*$3):(0):(100*($4-$3)) with \
        vectors nohead linewidth 2 linecolor rgb "#333333", \
    $p1_2 using 1:(100*$2):(0.360) with \
        boxes fillstyle solid 0.75 noborder linecolor rgb "#c0392b", \
    $p1_2 using 1:(100*$3):(0):(100*($4-$3)) with \
        vectors nohead linewidth 2 linecolor rgb "#333333"
unset multiplot
