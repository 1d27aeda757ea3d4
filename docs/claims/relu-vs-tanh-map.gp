# relu-vs-tanh-map.gp - draws relu-vs-tanh-map.svg.
# usage: gnuplot relu-vs-tanh-map.gp
reset
if (!exists("piped")) set output "relu-vs-tanh-map.svg"
set terminal svg size 640,480 noenhanced font "sans-serif,15" \
    background "white"
set encoding utf8
set border linecolor rgb "#888888"
set tics nomirror scale 0 textcolor rgb "#333333"
set xlabel "standard deviation of the first weights, of the proper one"
set ylabel "layers with weights"
set title "epochs of tanh for one of ReLU"
set xrange [-0.5:3.5]
set yrange [-0.5:3.5]
set logscale cb
set cbrange [0.25:8]
set cbtics ("1/4" 0.25, "1/2" 0.5, "1" 1, "2" 2, "4" 4, "8" 8)
set palette defined (-2 "#2471a3", 0 "#f7f7f7", 3 "#c0392b")
unset key
set xtics ("0.25" 0, "0.5" 1, "1" 2, "2" 3)
set ytics ("4" 0, "8" 1, "12" 2, "16" 3)
$cells << END
0 0 1.75 "1.75"
1 0 1.87789 "1.88"
2 0 1.64776 "1.65"
3 0 0.25 "tanh alone"
0 1 nan "neither"
1 1 1.26039 "1.26"
2 1 1.21814 "1.22"
3 1 0.25 "tanh alone"
0 2 nan "neither"
1 2 nan "neither"
2 2 1.0218 "1.02"
3 2 0.25 "tanh alone"
0 3 nan "neither"
1 3 nan "neither"
2 3 0.936014 "0.94"
3 3 0.25 "tanh alone"
END
plot $cells using 1:2:3 with image pixels, \
    $cells using 1:2:4 with labels
