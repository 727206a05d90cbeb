$h["pipes/split"]=(t,[e],{de:f})=>f(t).split(e);
