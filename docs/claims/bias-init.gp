# bias-init.gp - draws bias-init.svg.
# usage: gnuplot bias-init.gp
reset
if (!exists("piped")) set output "bias-init.svg"
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
        title "conv-bias0, rate 0.02", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#c0392b" \
        title "conv-bias-0.1, rate 0.02", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#2471a3" \
        title "conv-bias0.01, rate 0.02", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#7d6608" \
        title "conv-bias0.1, rate 0.02", \
    NaN with lines linewidth 2 dashtype 1 linecolor rgb "#8e44ad" \
        title "conv-bias1, rate 0.005", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#148f77" \
        title "dense-bias0, rate 0.01", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#b9770e" \
        title "dense-bias-0.1, rate 0.01", \
    NaN with lines linewidth 2 dashtype 4 linecolor rgb "#5d6d7e" \
        title "dense-bias0.01, rate 0.01", \
    NaN with lines linewidth 2 dashtype 2 linecolor rgb "#111111" \
        title "dense-bias0.1, rate 0.01", \
    NaN with lines linewidth 2 dashtype 3 linecolor rgb "#c0392b" \
        title "dense-bias1, rate 0.005"
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
    "bias-init-curves.csv" skip 1 using \
        (run("conv-bias0", "68462420eff72e50", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    "bias-init-curves.csv" skip 1 using \
        (run("conv-bias-0.1", "942260d6fd3621a2", 0.02, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    "bias-init-curves.csv" skip 1 using \
        (run("conv-bias0.01", "c1f7f1affebb3e77", 0.02, 3) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    "bias-init-curves.csv" skip 1 using \
        (run("conv-bias0.1", "2304095f03b0d921", 0.02, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    "bias-init-curves.csv" skip 1 using \
        (run("conv-bias1", "deca30af1b7a71cb", 0.005, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 1 linecolor rgb "#8e44ad", \
    "bias-init-curves.csv" skip 1 using \
        (run("dense-bias0", "1a91665bcea3669f", 0.01, 1) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    "bias-init-curves.csv" skip 1 using \
        (run("dense-bias-0.1", "aace8890a9e52521", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    "bias-init-curves.csv" skip 1 using \
        (run("dense-bias0.01", "6143500c85ed09c4", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e", \
    "bias-init-curves.csv" skip 1 using \
        (run("dense-bias0.1", "58cfd13d139cf1ee", 0.01, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 2 linecolor rgb "#111111", \
    "bias-init-curves.csv" skip 1 using \
        (run("dense-bias1", "f5d13aa2fbf5c3a8", 0.005, 2) ? column(6) : NaN): \
        (100 * column(8)) with lines \
        linewidth 2 dashtype 3 linecolor rgb "#c0392b", \
    25 with lines dashtype 3 linecolor rgb "#888888"

set lmargin at screen 0.1437
set rmargin at screen 0.9719
set tmargin at screen 0.4199
set bmargin at screen 0.0759
$arm0 << END
0.005,16.1024
0.01,12.4032
0.02,12
0.05,18.2048
END
$arm1 << END
0.005,15.3008
0.01,11.5056
0.02,10.704
0.05,17.6016
END
$arm2 << END
0.005,16.1024
0.01,12.704
0.02,12.3008
END
$arm3 << END
0.005,16.1024
0.01,13.5056
0.02,14.4032
0.05,21.2048
END
$arm5 << END
0.005,7.8
0.01,7.704
0.02,9.4032
END
$arm6 << END
0.005,7.9024
0.01,7.8
0.02,9.3008
END
$arm7 << END
0.005,7.704
0.01,7.704
0.02,9.1024
END
$arm8 << END
0.005,7.8
0.01,7.9024
0.02,9.5056
END
$arm9 << END
0.002,10.8
0.005,9
0.01,10.704
0.02,15.704
END
set xlabel "learning rate (medians, where all seeds got there)"
set logscale x
set format x "%g"
set xrange [*:*]
set offsets graph 0.03, graph 0.03, 0, 0
set ylabel "epochs to 25 %"
plot NaN, \
    $arm0 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 1 linecolor rgb "#111111", \
    $arm1 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 2 linecolor rgb "#c0392b", \
    $arm2 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 3 linecolor rgb "#2471a3", \
    $arm3 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 4 linecolor rgb "#7d6608", \
    $arm5 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 2 linecolor rgb "#148f77", \
    $arm6 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 3 linecolor rgb "#b9770e", \
    $arm7 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 4 linecolor rgb "#5d6d7e", \
    $arm8 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 2 linecolor rgb "#111111", \
    $arm9 with linespoints pointtype 7 pointsize 0.6 \
        linewidth 2 dashtype 3 linecolor rgb "#c0392b"
unset multiplot
