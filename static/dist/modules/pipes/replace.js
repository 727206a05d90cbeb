$h["pipes/replace"]=(t,[e,f],{ce:h})=>h(t).split(e).join(f);
