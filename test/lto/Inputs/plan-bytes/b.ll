; ModuleID = 'b.c'
source_filename = "b.c"
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpf"

%struct.item = type { i32, [3 x i32] }

; Function Attrs: nounwind
define hidden i32 @other(ptr noundef %0, i32 noundef %1) #0 !dbg !7 {
  %3 = alloca i32, align 4
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  store ptr %0, ptr %4, align 8, !tbaa !22
    #dbg_declare(ptr %4, !20, !DIExpression(), !26)
  store i32 %1, ptr %5, align 4, !tbaa !27
    #dbg_declare(ptr %5, !21, !DIExpression(), !29)
  %6 = load ptr, ptr %4, align 8, !dbg !30, !tbaa !22
  %7 = icmp ne ptr %6, null, !dbg !30
  br i1 %7, label %9, label %8, !dbg !32

8:                                                ; preds = %2
  store i32 0, ptr %3, align 4, !dbg !33
  br label %25, !dbg !33

9:                                                ; preds = %2
  %10 = load i32, ptr %5, align 4, !dbg !34, !tbaa !27
  %11 = load ptr, ptr %4, align 8, !dbg !35, !tbaa !22
  %12 = getelementptr inbounds %struct.item, ptr %11, i32 0, i32 1, !dbg !36
  %13 = getelementptr inbounds [3 x i32], ptr %12, i64 0, i64 2, !dbg !35
  %14 = load i32, ptr %13, align 4, !dbg !37, !tbaa !27
  %15 = add nsw i32 %14, %10, !dbg !37
  store i32 %15, ptr %13, align 4, !dbg !37, !tbaa !27
  %16 = load ptr, ptr %4, align 8, !dbg !38, !tbaa !22
  %17 = load i32, ptr %5, align 4, !dbg !39, !tbaa !27
  %18 = call i32 @same(ptr noundef %16, i32 noundef %17), !dbg !40
  %19 = mul nsw i32 %18, 2, !dbg !41
  %20 = load ptr, ptr %4, align 8, !dbg !42, !tbaa !22
  %21 = load i32, ptr %5, align 4, !dbg !43, !tbaa !27
  %22 = add nsw i32 %21, 1, !dbg !44
  %23 = call i32 @same(ptr noundef %20, i32 noundef %22), !dbg !45
  %24 = add nsw i32 %19, %23, !dbg !46
  store i32 %24, ptr %3, align 4, !dbg !47
  br label %25, !dbg !47

25:                                               ; preds = %9, %8
  %26 = load i32, ptr %3, align 4, !dbg !48
  ret i32 %26, !dbg !48
}

; Function Attrs: nounwind
define internal i32 @same(ptr noundef %0, i32 noundef %1) #0 !dbg !49 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8, !tbaa !22
    #dbg_declare(ptr %3, !51, !DIExpression(), !53)
  store i32 %1, ptr %4, align 4, !tbaa !27
    #dbg_declare(ptr %4, !52, !DIExpression(), !54)
  %5 = load ptr, ptr %3, align 8, !dbg !55, !tbaa !22
  %6 = getelementptr inbounds %struct.item, ptr %5, i32 0, i32 1, !dbg !56
  %7 = load i32, ptr %4, align 4, !dbg !57, !tbaa !27
  %8 = and i32 %7, 1, !dbg !58
  %9 = sext i32 %8 to i64, !dbg !55
  %10 = getelementptr inbounds [3 x i32], ptr %6, i64 0, i64 %9, !dbg !55
  %11 = load i32, ptr %10, align 4, !dbg !55, !tbaa !27
  %12 = load ptr, ptr %3, align 8, !dbg !59, !tbaa !22
  %13 = getelementptr inbounds %struct.item, ptr %12, i32 0, i32 0, !dbg !60
  %14 = load i32, ptr %13, align 4, !dbg !60, !tbaa !61
  %15 = add nsw i32 %11, %14, !dbg !63
  ret i32 %15, !dbg !64
}

attributes #0 = { nounwind "frame-pointer"="all" "no-trapping-math"="true" "stack-protector-buffer-size"="8" "target-cpu"="v3" }

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3, !4, !5}
!llvm.ident = !{!6}

!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, producer: "Debian clang version 19.1.7 (3~deb12u1)", isOptimized: true,
    runtimeVersion: 0, emissionKind: FullDebug, splitDebugInlining: false, nameTableKind: None)
!1 = !DIFile(filename: "b.c", directory: "/src", checksumkind: CSK_MD5, checksum: "8540036b035e712ba1d58a8cd9e2176e")
!2 = !{i32 7, !"Dwarf Version", i32 5}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !{i32 1, !"wchar_size", i32 4}
!5 = !{i32 7, !"frame-pointer", i32 2}
!6 = !{!"Debian clang version 19.1.7 (3~deb12u1)"}
!7 = distinct !DISubprogram(name: "other", scope: !1, file: !1, line: 3, type: !8, scopeLine: 4,
    flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !0, retainedNodes: !19)
!8 = !DISubroutineType(types: !9)
!9 = !{!10, !11, !10}
!10 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!11 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !12, size: 64)
!12 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "item", file: !1, line: 1, size: 128, elements: !13)
!13 = !{!14, !15}
!14 = !DIDerivedType(tag: DW_TAG_member, name: "kind", scope: !12, file: !1, line: 1, baseType: !10, size: 32)
!15 = !DIDerivedType(tag: DW_TAG_member, name: "weight", scope: !12, file: !1, line: 1, baseType: !16, size: 96, offset: 32)
!16 = !DICompositeType(tag: DW_TAG_array_type, baseType: !10, size: 96, elements: !17)
!17 = !{!18}
!18 = !DISubrange(count: 3)
!19 = !{!20, !21}
!20 = !DILocalVariable(name: "i", arg: 1, scope: !7, file: !1, line: 3, type: !11)
!21 = !DILocalVariable(name: "n", arg: 2, scope: !7, file: !1, line: 3, type: !10)
!22 = !{!23, !23, i64 0}
!23 = !{!"any pointer", !24, i64 0}
!24 = !{!"omnipotent char", !25, i64 0}
!25 = !{!"Simple C/C++ TBAA"}
!26 = !DILocation(line: 3, column: 62, scope: !7)
!27 = !{!28, !28, i64 0}
!28 = !{!"int", !24, i64 0}
!29 = !DILocation(line: 3, column: 69, scope: !7)
!30 = !DILocation(line: 5, column: 7, scope: !31)
!31 = distinct !DILexicalBlock(scope: !7, file: !1, line: 5, column: 6)
!32 = !DILocation(line: 5, column: 6, scope: !7)
!33 = !DILocation(line: 6, column: 3, scope: !31)
!34 = !DILocation(line: 7, column: 18, scope: !7)
!35 = !DILocation(line: 7, column: 2, scope: !7)
!36 = !DILocation(line: 7, column: 5, scope: !7)
!37 = !DILocation(line: 7, column: 15, scope: !7)
!38 = !DILocation(line: 8, column: 14, scope: !7)
!39 = !DILocation(line: 8, column: 17, scope: !7)
!40 = !DILocation(line: 8, column: 9, scope: !7)
!41 = !DILocation(line: 8, column: 20, scope: !7)
!42 = !DILocation(line: 8, column: 31, scope: !7)
!43 = !DILocation(line: 8, column: 34, scope: !7)
!44 = !DILocation(line: 8, column: 36, scope: !7)
!45 = !DILocation(line: 8, column: 26, scope: !7)
!46 = !DILocation(line: 8, column: 24, scope: !7)
!47 = !DILocation(line: 8, column: 2, scope: !7)
!48 = !DILocation(line: 9, column: 1, scope: !7)
!49 = distinct !DISubprogram(name: "same", scope: !1, file: !1, line: 2, type: !8, scopeLine: 2,
    flags: DIFlagPrototyped | DIFlagAllCallsDescribed, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized, unit: !0,
    retainedNodes: !50)
!50 = !{!51, !52}
!51 = !DILocalVariable(name: "i", arg: 1, scope: !49, file: !1, line: 2, type: !11)
!52 = !DILocalVariable(name: "n", arg: 2, scope: !49, file: !1, line: 2, type: !10)
!53 = !DILocation(line: 2, column: 30, scope: !49)
!54 = !DILocation(line: 2, column: 37, scope: !49)
!55 = !DILocation(line: 2, column: 49, scope: !49)
!56 = !DILocation(line: 2, column: 52, scope: !49)
!57 = !DILocation(line: 2, column: 59, scope: !49)
!58 = !DILocation(line: 2, column: 61, scope: !49)
!59 = !DILocation(line: 2, column: 68, scope: !49)
!60 = !DILocation(line: 2, column: 71, scope: !49)
!61 = !{!62, !28, i64 0}
!62 = !{!"item", !28, i64 0, !24, i64 4}
!63 = !DILocation(line: 2, column: 66, scope: !49)
!64 = !DILocation(line: 2, column: 42, scope: !49)
