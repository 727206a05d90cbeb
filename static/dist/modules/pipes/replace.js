$h["pipes/replace"]=(t,[e,f],{oe:h})=>h(t).split(e).join(f);
