-- How long rooms were booked is kept with the other sums of a month: all of it is counted anew.
delete from figure_sets;
