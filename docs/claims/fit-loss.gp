# fit-loss.gp - draws fit-loss.svg.
# usage: gnuplot fit-loss.gp
reset
if (!exists("piped")) set output "fit-loss.svg"
set terminal svg size 640,193 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8290
unset border
unset tics
set key center center horizontal maxcols 4 samplen 2.5 \
    width -0.4 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with points pointtype 7 pointsize 0.9 linecolor rgb "#148f77" \
        title "holds", \
    NaN with points pointtype 7 pointsize 0.9 linecolor rgb "#c0392b" \
        title "fails", \
    NaN with points pointtype 7 pointsize 0.9 linecolor rgb "#7f8c8d" \
        title "open", \
    NaN with points pointtype 6 linewidth 2 linecolor rgb "#333333" \
        title "besides"
unset key
set border 3 linecolor rgb "#888888"
set xtics nomirror textcolor rgb "#333333"
set ytics nomirror textcolor rgb "#333333"
unset mxtics
unset mytics
set grid ytics linetype 1 linecolor rgb "#e4e4e4"
set title offset 0, -0.6
set xlabel offset 0, 0.3
set lmargin at screen 0.2000
set rmargin at screen 0.9719
set tmargin at screen 0.8290
set bmargin at screen 0.3316
set xrange [-0.316398:0.615431]
set xlabel "first - second, training loss"
set grid noytics xtics linetype 1 linecolor rgb "#e4e4e4"
set arrow from 0, graph 0 to 0, graph 1 nohead \
    linecolor rgb "#888888"
set yrange [-0.7:3.7]
set ytics scale 0 ( \
    "relu - leaky" 3, \
    "relu - abs" 2, \
    "relu - crelu" 1, \
    "linear - relu" 0)
$holds_shown << END
0.471275,0.361631,0.580919,0
END
$fails_shown << END
-0.196993,-0.281886,-0.112101,2
-0.118437,-0.205274,-0.0316,1
END
$open << END
0.0224,-0.0223677,0.0671677,3
END
plot NaN, \
    $holds_shown using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#148f77", \
    $holds_shown using 1:4 with points pointtype 6 \
        pointsize 0.9 linewidth 2 linecolor rgb "#148f77", \
    $fails_shown using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#c0392b", \
    $fails_shown using 1:4 with points pointtype 6 \
        pointsize 0.9 linewidth 2 linecolor rgb "#c0392b", \
    $open using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#7f8c8d", \
    $open using 1:4 with points pointtype 7 \
        pointsize 0.9 linewidth 2 linecolor rgb "#7f8c8d"
unset multiplot
