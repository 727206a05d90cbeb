$h["pipes/split"]=(t,[e],{ee:f})=>f(t).split(e);
