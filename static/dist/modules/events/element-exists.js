$h["events/element-exists"]=({target:e,frequency:t,pierceShadow:c},n,r)=>{let a=!1;r.qe(e,e=>{a&&"once-per-element"!==t||(a=!0,n({facts:{},element:e}))},c)};
