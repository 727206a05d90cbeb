$h["actions/call"]=({name:e,detail:l},a,{$:r,call:t,fe:n,resolve:i})=>{let s=n(i(l,a));return()=>{r(),t(e,s)}};
