$h["pipes/split"]=(t,[e],{ce:f})=>f(t).split(e);
