# zero-centred.gp - draws zero-centred.svg.
# usage: gnuplot zero-centred.gp
reset
if (!exists("piped")) set output "zero-centred.svg"
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
    width -3.0 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "relu, rate 0.02", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "elu, rate 0.02", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "srelu, rate 0.02", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "leaky-0.1, rate 0.02", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "relu-norm, rate 0.05"
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
scale = "standard"
of(arm, protocol) = strcol(1) eq scale && strcol(2) eq arm && \
    strcol(3) eq protocol
run(arm, protocol, rate, seed) = of(arm, protocol) && \
    column(4) == rate && column(5) == seed
set xlabel "epochs"
set xrange [0:*]
set yrange [0:*]
set ylabel "training error, %"
plot NaN, \
    "zero-centred-curves.csv" skip 1 using \
        (run("relu", "68462420eff72e50", 0.02, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "zero-centred-curves.csv" skip 1 using \
        (run("relu", "68462420eff72e50", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "zero-centred-curves.csv" skip 1 using \
        (run("relu", "68462420eff72e50", 0.02, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "zero-centred-curves.csv" skip 1 using \
        (run("elu", "c4eeb7c21265351a", 0.02, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "zero-centred-curves.csv" skip 1 using \
        (run("elu", "c4eeb7c21265351a", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "zero-centred-curves.csv" skip 1 using \
        (run("elu", "c4eeb7c21265351a", 0.02, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "zero-centred-curves.csv" skip 1 using \
        (run("srelu", "f64b1f4898a2fd3b", 0.02, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "zero-centred-curves.csv" skip 1 using \
        (run("srelu", "f64b1f4898a2fd3b", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "zero-centred-curves.csv" skip 1 using \
        (run("srelu", "f64b1f4898a2fd3b", 0.02, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "zero-centred-curves.csv" skip 1 using \
        (run("leaky-0.1", "0e894805469f416d", 0.02, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "zero-centred-curves.csv" skip 1 using \
        (run("leaky-0.1", "0e894805469f416d", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "zero-centred-curves.csv" skip 1 using \
        (run("leaky-0.1", "0e894805469f416d", 0.02, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "zero-centred-curves.csv" skip 1 using \
        (run("relu-norm", "a87647a56dfd5b11", 0.05, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "zero-centred-curves.csv" skip 1 using \
        (run("relu-norm", "a87647a56dfd5b11", 0.05, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "zero-centred-curves.csv" skip 1 using \
        (run("relu-norm", "a87647a56dfd5b11", 0.05, 3) ? column(6) : NaN): \
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
    "zero-centred.csv" skip 1 using \
        (of("relu", "68462420eff72e50") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#111111", \
    "zero-centred.csv" skip 1 using \
        (of("relu", "68462420eff72e50") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#111111", \
    "zero-centred.csv" skip 1 using \
        (of("elu", "c4eeb7c21265351a") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#c0392b", \
    "zero-centred.csv" skip 1 using \
        (of("elu", "c4eeb7c21265351a") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#c0392b", \
    "zero-centred.csv" skip 1 using \
        (of("srelu", "f64b1f4898a2fd3b") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#2471a3", \
    "zero-centred.csv" skip 1 using \
        (of("srelu", "f64b1f4898a2fd3b") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#2471a3", \
    "zero-centred.csv" skip 1 using \
        (of("leaky-0.1", "0e894805469f416d") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#7d6608", \
    "zero-centred.csv" skip 1 using \
        (of("leaky-0.1", "0e894805469f416d") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#7d6608", \
    "zero-centred.csv" skip 1 using \
        (of("relu-norm", "a87647a56dfd5b11") && (strcol(6) eq "reached") ? column(4) : NaN): \
        (column(8)) with points pointtype 7 \
        linecolor rgb "#8e44ad", \
    "zero-centred.csv" skip 1 using \
        (of("relu-norm", "a87647a56dfd5b11") && (strcol(6) eq "missed" || strcol(6) eq "abandoned") ? column(4) : NaN): \
        (column(8)) with points pointtype 2 \
        linecolor rgb "#8e44ad"
unset multiplot
