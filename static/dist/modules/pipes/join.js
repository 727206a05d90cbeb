$h["pipes/join"]=(h,[$])=>h.join($);
