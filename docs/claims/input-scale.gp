# input-scale.gp - draws input-scale.svg.
# usage: gnuplot input-scale.gp
reset
if (!exists("piped")) set output "input-scale.svg"
set terminal svg size 640,843 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set datafile separator ","
set multiplot
set lmargin at screen 0.0000
set rmargin at screen 1.0000
set tmargin at screen 1.0000
set bmargin at screen 0.8517
unset border
unset tics
set key center center horizontal maxcols 2 samplen 2.5 \
    width -4.0 Left reverse
plot [0:1] [0:1] NaN notitle, \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#111111" \
        title "conv-raw, rate 2e-05", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "conv-unit, rate 0.02", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "conv-signed, rate 0.05", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "conv-standard, rate 0.02", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "conv-picture, rate 0.01", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#148f77" \
        title "dense-raw, rate 2e-05", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#b9770e" \
        title "dense-unit, rate 0.02", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#5d6d7e" \
        title "dense-signed, rate 0.02", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#111111" \
        title "dense-standard, rate 0.01", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#c0392b" \
        title "dense-picture, rate 0.01"
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
set tmargin at screen 0.8517
set bmargin at screen 0.5077
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
    "input-scale-curves.csv" skip 1 using \
        (run("conv-raw", "9ee4663a48be7106", 2e-05, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "input-scale-curves.csv" skip 1 using \
        (run("conv-unit", "366da12423268831", 0.02, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "input-scale-curves.csv" skip 1 using \
        (run("conv-signed", "7840301015170683", 0.05, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "input-scale-curves.csv" skip 1 using \
        (run("conv-standard", "68462420eff72e50", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "input-scale-curves.csv" skip 1 using \
        (run("conv-picture", "56bc2d974ac32735", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "input-scale-curves.csv" skip 1 using \
        (run("dense-raw", "e64fc2b310dc9c75", 2e-05, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    "input-scale-curves.csv" skip 1 using \
        (run("dense-unit", "e9d01af1b42d3b3e", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    "input-scale-curves.csv" skip 1 using \
        (run("dense-signed", "638db6301af032c0", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e", \
    "input-scale-curves.csv" skip 1 using \
        (run("dense-standard", "1a91665bcea3669f", 0.01, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#111111", \
    "input-scale-curves.csv" skip 1 using \
        (run("dense-picture", "d63b5cd7a63314b2", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#c0392b", \
    25 with lines dashtype 3 linecolor rgb "#888888"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.4199
set bmargin at screen 0.0759
$arm1 << END
0.01,21.4032
0.02,15.2048
0.05,17.5056
END
$arm2 << END
0.005,20.3008
0.01,13.8
0.02,11
0.05,10
END
$arm3 << END
0.005,16.1024
0.01,12.4032
0.02,12
0.05,18.2048
END
$arm4 << END
0.005,15.2048
0.01,13.1024
0.02,11.9024
END
$arm7 << END
0.005,10.1024
0.01,8.704
0.02,8.6016
0.05,12
END
$arm8 << END
0.005,7.8
0.01,7.704
0.02,9.4032
END
$arm9 << END
0.005,6
0.01,5.704
0.02,6.704
END
set xlabel "learning rate (medians, where all seeds got there)"
set logscale x
set format x "%g"
set xrange [*:*]
set offsets graph 0.03, graph 0.03, 0, 0
set ylabel "epochs to 25 %"
plot NaN, \
    $arm1 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $arm2 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $arm3 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    $arm4 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    $arm7 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e", \
    $arm8 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 2 linecolor rgb "#111111", \
    $arm9 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 3 linecolor rgb "#c0392b"
unset multiplot
