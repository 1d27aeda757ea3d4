# relu-vs-tanh.gp - draws relu-vs-tanh.svg.
# usage: gnuplot relu-vs-tanh.gp
reset
if (!exists("piped")) set output "relu-vs-tanh.svg"
set terminal svg size 640,797 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.9009
unset border
unset tics
set key center center horizontal maxcols 2 samplen 2.5 \
    width -3.6 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "fair-relu, rate 0.01", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "fair-tanh, rate 0.05", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "fair-sigmoid, rate 0.05", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "2012-relu, rate 0.002", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "2012-tanh, rate 0.01"
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
set tmargin at screen 0.9009
set bmargin at screen 0.5370
scale = "full"
of(arm, protocol) = strcol(1) eq scale && strcol(2) eq arm && \
    strcol(3) eq protocol
run(arm, protocol, rate, seed) = of(arm, protocol) && \
    column(4) == rate && column(5) == seed
set xlabel "epochs"
set xrange [0:*]
set yrange [0:*]
set ylabel "training error, %"
plot NaN, \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-relu", "c95ed45dca55e039", 0.01, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-relu", "c95ed45dca55e039", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-relu", "c95ed45dca55e039", 0.01, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-tanh", "8cb0665816e9a407", 0.05, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-tanh", "8cb0665816e9a407", 0.05, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-tanh", "8cb0665816e9a407", 0.05, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-sigmoid", "8441f333c98ceafa", 0.05, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-sigmoid", "8441f333c98ceafa", 0.05, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("fair-sigmoid", "8441f333c98ceafa", 0.05, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("2012-relu", "b9008754b72d9cf8", 0.002, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("2012-relu", "b9008754b72d9cf8", 0.002, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("2012-relu", "b9008754b72d9cf8", 0.002, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("2012-tanh", "00f98c24fee9a8cf", 0.01, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("2012-tanh", "00f98c24fee9a8cf", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "relu-vs-tanh-curves.csv" skip 1 using \
        (run("2012-tanh", "00f98c24fee9a8cf", 0.01, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    25 with lines dashtype 3 linecolor rgb "#888888"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.4442
set bmargin at screen 0.0803
set xlabel "learning rate"
set logscale x
set format x "%g"
set xrange [*:*]
set offsets graph 0.03, graph 0.03, 0, 0
set ylabel "epochs to 25 % (crosses: not reached)"
plot NaN, \
    "relu-vs-tanh.csv" skip 1 using \
        (of("fair-relu", "c95ed45dca55e039") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#111111", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("fair-relu", "c95ed45dca55e039") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#111111", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("fair-tanh", "8cb0665816e9a407") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#c0392b", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("fair-tanh", "8cb0665816e9a407") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#c0392b", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("fair-sigmoid", "8441f333c98ceafa") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#2471a3", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("fair-sigmoid", "8441f333c98ceafa") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#2471a3", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("2012-relu", "b9008754b72d9cf8") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#7d6608", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("2012-relu", "b9008754b72d9cf8") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#7d6608", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("2012-tanh", "00f98c24fee9a8cf") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#8e44ad", \
    "relu-vs-tanh.csv" skip 1 using \
        (of("2012-tanh", "00f98c24fee9a8cf") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#8e44ad"
unset multiplot
