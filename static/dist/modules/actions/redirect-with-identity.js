$h["actions/redirect-with-identity"]=(e,{element:t},{le:h,we:a})=>{let l=t&&h.up(t,"a[href],area[href]");l&&(l.href=a(l.href))};
