$h["pipes/at"]=(h,[$])=>h[$<0?h.length+$:$];
