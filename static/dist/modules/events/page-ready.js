$h["events/page-ready"]=({when:e="dom-ready"},r,{on:t,ne:a})=>t("@"+e,()=>{let e={url:a.url(),path:a.path(),title:a.title(),referrer:a.referrer()};r({facts:e})});
