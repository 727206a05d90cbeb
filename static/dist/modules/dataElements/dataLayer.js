(()=>{var a=({path:e},{at:t,state:d})=>t(d,e);$h["dataElements/dataLayer"]=a;})();
