$h["pipes/replace"]=(t,[e,f],{ee:h})=>h(t).split(e).join(f);
