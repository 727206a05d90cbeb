$h["events/fullscreen"]=({to:e="entered"},n,{document:t,on:c})=>{c("fullscreenchange",c=>{!!t.fullscreenElement==("entered"===e)&&n({facts:{},element:c.composedPath()[0]})})};
