# weight-penalty.gp - draws weight-penalty.svg.
# usage: gnuplot weight-penalty.gp
reset
if (!exists("piped")) set output "weight-penalty.svg"
set terminal svg size 640,265 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8755
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
    NaN with lines dashtype 3 linecolor rgb "#333333" \
        title "least: 0.5"
unset key
set border 3 linecolor rgb "#888888"
set xtics nomirror textcolor rgb "#333333"
set ytics nomirror textcolor rgb "#333333"
unset mxtics
unset mytics
set grid ytics linetype 1 linecolor rgb "#e4e4e4"
set title offset 0, -0.6
set xlabel offset 0, 0.3
set lmargin at screen 0.2625
set rmargin at screen 0.9719
set tmargin at screen 0.8755
set bmargin at screen 0.2415
set xrange [-2.86845:3.56178]
set xlabel "first - second, points of validation error"
set grid noytics xtics linetype 1 linecolor rgb "#e4e4e4"
set arrow from 0, graph 0 to 0, graph 1 nohead \
    linecolor rgb "#888888"
set yrange [-0.7:6.7]
set ytics scale 0 ( \
    "none - l2-0.0001" 6, \
    "none - l2-0.0005" 5, \
    "none - l2-0.001" 4, \
    "none - l2-0.004" 3, \
    "none - l1-0.000001" 2, \
    "none - l1-0.00001" 1, \
    "none - l1-0.0001" 0)
set arrow from 0.5, graph 0 to 0.5, graph 1 nohead \
    dashtype 3 linecolor rgb "#333333"
$open << END
0.346667,-2.63029,3.32363,6
0.14,-1.09609,1.37609,5
0.56,-0.0423714,1.16237,4
0.186667,-1.02455,1.39788,3
0.24,-0.829045,1.30905,2
0.406667,-0.206535,1.01987,1
-0.526667,-1.74803,0.694694,0
END
plot NaN, \
    $open using 1:4:2:3 with xerrorbars \
        pointtype -1 linewidth 2 linecolor rgb "#7f8c8d", \
    $open using 1:4 with points pointtype 7 \
        pointsize 0.9 linewidth 2 linecolor rgb "#7f8c8d"
unset multiplot
