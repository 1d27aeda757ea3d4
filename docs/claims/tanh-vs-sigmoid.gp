# tanh-vs-sigmoid.gp - draws tanh-vs-sigmoid.svg.
# usage: gnuplot tanh-vs-sigmoid.gp
reset
if (!exists("piped")) set output "tanh-vs-sigmoid.svg"
set terminal svg size 640,217 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8479
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
set lmargin at screen 0.3375
set rmargin at screen 0.9719
set tmargin at screen 0.8479
set bmargin at screen 0.2949
set nonlinear x via asinh(x) inverse sinh(x)
set xtics (-50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50)
set xrange [-0.595585:116.139]
set xlabel "first - second, points of validation error"
set grid noytics xtics linetype 1 linecolor rgb "#e4e4e4"
set arrow from 0, graph 0 to 0, graph 1 nohead \
    linecolor rgb "#888888"
set yrange [-0.7:4.7]
set ytics scale 0 ( \
    "sigmoid-3 - tanh-3" 4, \
    "sigmoid-5 - tanh-5" 3, \
    "sigmoid-conv - tanh-conv" 2, \
    "sigmoid-1 - tanh-1" 1, \
    "sigmoid-2 - tanh-2" 0)
$holds << END
80.9556,68.9596,92.9515,3
18.5133,15.8184,21.2083,2
END
$holds_shown << END
1.06667,0.628522,1.50481,0
END
$open << END
0.822223,-0.349058,1.9935,4
END
$open_shown << END
0.205557,-0.044005,0.455118,1
END
plot NaN, \
    $holds using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#148f77", \
    $holds using 1:4 with points pointtype 7 \
        pointsize 0.9 linewidth 2 linecolor rgb "#148f77", \
    $holds_shown using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#148f77", \
    $holds_shown using 1:4 with points pointtype 6 \
        pointsize 0.9 linewidth 2 linecolor rgb "#148f77", \
    $open using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#7f8c8d", \
    $open using 1:4 with points pointtype 7 \
        pointsize 0.9 linewidth 2 linecolor rgb "#7f8c8d", \
    $open_shown using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#7f8c8d", \
    $open_shown using 1:4 with points pointtype 6 \
        pointsize 0.9 linewidth 2 linecolor rgb "#7f8c8d"
unset multiplot
