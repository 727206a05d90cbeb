$h["actions/call"]=({name:e,detail:l},a,{call:n,te:r,resolve:t})=>{let i=r(t(l,a));return()=>n(e,i)};
