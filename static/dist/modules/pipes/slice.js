$h["pipes/slice"]=(h,[$,a])=>h.slice($,a);
