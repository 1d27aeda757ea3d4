# maxout-dropout.gp - draws maxout-dropout.svg.
# usage: gnuplot maxout-dropout.gp
reset
if (!exists("piped")) set output "maxout-dropout.svg"
set terminal svg size 640,169 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8047
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
set lmargin at screen 0.2375
set rmargin at screen 0.9719
set tmargin at screen 0.8047
set bmargin at screen 0.3787
set xrange [-0.493654:0.198717]
set xlabel "points of validation error"
set grid noytics xtics linetype 1 linecolor rgb "#e4e4e4"
set arrow from 0, graph 0 to 0, graph 1 nohead \
    linecolor rgb "#888888"
set yrange [-0.7:2.7]
set ytics scale 0 ( \
    "gain with maxout" 2, \
    "gain with ReLU" 1, \
    "more with maxout" 0)
$fails_shown << END
-0.27222,-0.398718,-0.145722,2
-0.255557,-0.468011,-0.0431025,1
END
$open << END
-0.0166633,-0.206401,0.173074,0
END
plot NaN, \
    $fails_shown using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#c0392b", \
    $fails_shown using 1:4 with points pointtype 6 \
        pointsize 0.9 linewidth 2 linecolor rgb "#c0392b", \
    $open using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#7f8c8d", \
    $open using 1:4 with points pointtype 7 \
        pointsize 0.9 linewidth 2 linecolor rgb "#7f8c8d"
unset multiplot
