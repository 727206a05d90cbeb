$h["events/page-restored"]=(e,r,{on:t,ne:a})=>t("pageshow",({persisted:e})=>{e&&r({facts:{url:a.url(),path:a.path(),title:a.title(),referrer:a.referrer()}})});
