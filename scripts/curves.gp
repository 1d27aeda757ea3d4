# curves.gp - the error curves of a training, as SVG.
# usage: gnuplot -e "log='RUN/log.csv'; title='...'" scripts/curves.gp >x.svg
set terminal svg size 720,400 font "sans-serif,14" background "white"
set datafile separator ","
set title title
set xlabel "epoch"
set ylabel "error, %"
set yrange [0:*]
set grid ytics lc rgb "#dddddd"
set key top right
plot log using 1:($3*100) every ::1 with linespoints pt 7 ps 0.5 lw 2 \
         lc rgb "#7a7a7a" title "training (running, augmented)", \
     log using 1:($5*100) every ::1 with linespoints pt 7 ps 0.5 lw 2 \
         lc rgb "#c0392b" title "validation"
