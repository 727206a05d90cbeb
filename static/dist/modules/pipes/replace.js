$h["pipes/replace"]=(t,[e,f],{de:h})=>h(t).split(e).join(f);
