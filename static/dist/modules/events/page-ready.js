(()=>{var e=({when:t="dom-ready"},l,{on:o,page:r})=>o(t,()=>{let d={url:r.url(),path:r.path(),title:r.title(),referrer:r.referrer()};l({facts:d})});$h["events/page-ready"]=e;})();
