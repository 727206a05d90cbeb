$h["pipes/split"]=(t,[e],{oe:f})=>f(t).split(e);
