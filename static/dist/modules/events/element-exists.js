$h["events/element-exists"]=({target:e,frequency:t},n,c)=>{let l=!1;c.ce(e,e=>{l&&"once-per-element"!==t||(l=!0,n({facts:{},element:e}))})};
