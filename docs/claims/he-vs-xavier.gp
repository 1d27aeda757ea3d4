# he-vs-xavier.gp - draws he-vs-xavier.svg.
# usage: gnuplot he-vs-xavier.gp
reset
if (!exists("piped")) set output "he-vs-xavier.svg"
set terminal svg size 640,820 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8756
unset border
unset tics
set key center center horizontal maxcols 2 samplen 2.5 \
    width -4.6 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "plain-30-he, rate 0.002", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "plain-30-xavier, rate 0.005", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "plain-22-he, rate 0.01", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "plain-22-xavier, rate 0.01", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "dense-30-he, rate 0.005", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#148f77" \
        title "dense-30-xavier, rate 0.01", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#b9770e" \
        title "plain-30-uniform, rate 0.005"
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
set tmargin at screen 0.8756
set bmargin at screen 0.5220
scale = "standard"
of(arm, protocol) = strcol(1) eq scale && strcol(2) eq arm && \
    strcol(3) eq protocol
run(arm, protocol, rate, seed) = of(arm, protocol) && \
    column(4) == rate && column(5) == seed
set xlabel "epochs (the median seed)"
set xrange [0:*]
set yrange [0:*]
set ylabel "training error, %"
plot NaN, \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("plain-30-he", "b4aec8c1da743609", 0.002, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("plain-30-xavier", "2f0c6457c3f552b1", 0.005, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("plain-22-he", "818032ddcfbd0539", 0.01, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("plain-22-xavier", "96d3c4c0b7299ee1", 0.01, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("dense-30-he", "a37d9ab373bafa7d", 0.005, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("dense-30-xavier", "22d11835690f3c95", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    "he-vs-xavier-curves.csv" skip 1 using \
        (run("plain-30-uniform", "039b6bceb8e02549", 0.005, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    50 with lines dashtype 3 linecolor rgb "#888888"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.4317
set bmargin at screen 0.0780
$arm0 << END
0.002,4.6016
END
$arm2 << END
0.002,3.1024
0.005,2.8
0.01,2.704
END
$arm4 << END
0.002,1.2048
0.005,1.2048
0.01,1.3008
END
$arm5 << END
0.005,11
0.01,8.5056
END
set xlabel "learning rate (medians, where all seeds got there)"
set logscale x
set format x "%g"
set xrange [*:*]
set offsets graph 0.03, graph 0.03, 0, 0
set ylabel "epochs to 50 %"
plot NaN, \
    $arm0 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $arm2 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $arm4 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    $arm5 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77"
unset multiplot
