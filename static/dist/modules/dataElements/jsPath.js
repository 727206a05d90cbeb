$h["dataElements/jsPath"]=({path:t},{at:a,r:h})=>a(h,t);
